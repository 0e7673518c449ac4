import { CommandTimedOut, type ConnectFailure, RequestRefused } from '../../client/index.ts';
import type { TextKey } from '../i18n/areas.ts';
import { hasText, t } from '../i18n/i18n.ts';

export interface DescribedError {
  readonly title: string;
  /** What to do next. */
  readonly advice: string;
}

type NameIn<Key> = Key extends `errors:${infer Name}.title` ? Name : never;

/** What there are words for: codes of refusals, names of the browser's errors, and `RELOAD` for all others. */
type ErrorName = NameIn<TextKey>;

/** Codes that a person need not tell apart. */
const RECOVERING: ReadonlySet<string> = new Set<ConnectFailure>([
  'JOURNAL_UNAVAILABLE',
  'MEDIA_UNAVAILABLE',
  'DRAINING',
  'GO_TO',
]);

/** Returns the code of a refusal, whoever threw it; null if the error carries none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Returns after how many ms the server wants to be asked again; null if it does not say. */
export function retryAfterMsOf(error: unknown): number | null {
  return error instanceof RequestRefused ? (error.retryAfterMs ?? null) : null;
}

/**
 * Returns what to tell a person about an error; null if the person did it on purpose, such as closing the screen
 * picker.
 */
export function describeError(error: unknown): DescribedError | null {
  if (isCancelled(error)) return null;
  const code = codeOf(error);
  if (error instanceof CommandTimedOut || (code !== null && RECOVERING.has(code))) return inWords('AGAIN');
  if (code === 'ROOM_PARKED') return parked(retryAfterMsOf(error) ?? 0);
  if (code !== null && hasWords(code)) return inWords(code);
  if (error instanceof DOMException && hasWords(error.name)) return inWords(error.name);
  return inWords('RELOAD');
}

function hasWords(name: string): name is ErrorName {
  return hasText(`errors:${name}.title`);
}

function parked(retryAfterMs: number): DescribedError {
  return {
    title: t('errors:ROOM_PARKED.title'),
    advice: t('errors:ROOM_PARKED.advice', { count: Math.ceil(retryAfterMs / 1_000) }),
  };
}

function inWords(name: ErrorName): DescribedError {
  return { title: t(`errors:${name}.title`), advice: t(`errors:${name}.advice`) };
}

/** Thrown by an action that the person called off. */
export class Cancelled extends Error {
  constructor() {
    super('Called off');
    this.name = 'Cancelled';
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof Cancelled;
}
