/** Two notes, half a second each. */
const NOTES_HZ = [523, 784];
const NOTE_S = 0.45;

/**
 * Plays a short sound through a speaker; null: through the system's own choice. Resolves when it is over.
 * @throws DOMException when the speaker cannot play
 */
export async function playTestSound(speakerId: string | null): Promise<void> {
  const context = new AudioContext();
  const audio = new Audio();
  try {
    const out = context.createMediaStreamDestination();
    audio.srcObject = out.stream;
    if (speakerId !== null && 'setSinkId' in audio) await audio.setSinkId(speakerId);
    await Promise.all([context.resume(), audio.play()]);
    for (const [index, frequency] of NOTES_HZ.entries()) {
      const starts = context.currentTime + 0.1 + index * NOTE_S;
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setValueAtTime(0, starts);
      gain.gain.linearRampToValueAtTime(0.25, starts + 0.03);
      gain.gain.exponentialRampToValueAtTime(0.001, starts + NOTE_S);
      const note = new OscillatorNode(context, { frequency });
      note.connect(gain).connect(out);
      note.start(starts);
      note.stop(starts + NOTE_S);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000 * (0.3 + NOTES_HZ.length * NOTE_S)));
  } finally {
    audio.pause();
    audio.srcObject = null;
    await context.close();
  }
}
