/** What should be arriving of one track of a person. */
export interface ExpectedFlow {
  readonly source: 'camera' | 'microphone';
  /** When its media last arrived (ms, by the clock that `now` is of); undefined if it has not yet. */
  readonly lastAt: number | undefined;
}

/** A camera sends many frames a second, a microphone at least one packet every 400 ms while nobody speaks. */
const SILENT_MS = 700;
/** A quiet microphone alone proves less. */
const MICROPHONE_ALONE_MS = 2_000;

/**
 * Returns true if a person seems cut off: nothing at all arrives of what they send. One track that stops is not that: a
 * camera may be taken away from a browser while the microphone goes on.
 */
export function isCutOff(flows: readonly ExpectedFlow[], now: number): boolean {
  const began = flows.filter(({ lastAt }) => lastAt !== undefined);
  const hasCamera = began.some(({ source }) => source === 'camera');
  return began.length > 0 && began.every((flow) => now - (flow.lastAt ?? now) > patienceMs(flow, hasCamera));
}

function patienceMs({ source }: ExpectedFlow, hasCamera: boolean): number {
  return source === 'microphone' && !hasCamera ? MICROPHONE_ALONE_MS : SILENT_MS;
}
