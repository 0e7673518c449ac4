const GAP_S = 0.1;
const RISE_S = 0.03;
const SILENT = 0.001;

export interface Notes {
  readonly hz: readonly number[];
  /** How long each of them is, in seconds. */
  readonly lengthS: number;
  /** From 0 to 1. */
  readonly loudness: number;
}

/**
 * Plays notes one after the other through a speaker; null: through the system's own choice. Resolves when they are
 * over.
 * @throws DOMException when the speaker cannot play, or the person has not touched the page yet
 */
export async function playNotes({ hz, lengthS, loudness }: Notes, speakerId: string | null): Promise<void> {
  const context = new AudioContext();
  const audio = new Audio();
  try {
    const out = context.createMediaStreamDestination();
    audio.srcObject = out.stream;
    if (speakerId !== null && 'setSinkId' in audio) await audio.setSinkId(speakerId);
    await Promise.all([context.resume(), audio.play()]);
    for (const [index, frequency] of hz.entries()) {
      const starts = context.currentTime + GAP_S + index * lengthS;
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, starts);
      gain.gain.linearRampToValueAtTime(loudness, starts + RISE_S);
      gain.gain.exponentialRampToValueAtTime(SILENT, starts + lengthS);
      const note = new OscillatorNode(context, { frequency });
      note.connect(gain).connect(out);
      note.start(starts);
      note.stop(starts + lengthS);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000 * (3 * GAP_S + hz.length * lengthS)));
  } finally {
    audio.pause();
    audio.srcObject = null;
    await context.close();
  }
}
