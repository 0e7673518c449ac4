/** Long enough for a sentence. */
const RECORD_MS = 4_000;

/** Whether this browser can record a sound and play it again. */
export function canPlayBack(): boolean {
  return typeof globalThis.MediaRecorder === 'function';
}

/**
 * Records the track for some seconds, then plays that on this speaker; null: on the usual one. Resolves when it has
 * been played. `signal` ends both at once.
 * @throws DOMException when the browser does not play it; AbortError at the end by `signal`
 */
export async function recordAndPlay(
  track: MediaStreamTrack,
  speakerId: string | null,
  { signal, recorded }: { readonly signal: AbortSignal; readonly recorded: () => void },
): Promise<void> {
  const url = URL.createObjectURL(await record(track, signal));
  const audio = new Audio(url);
  try {
    signal.throwIfAborted();
    if (speakerId !== null && 'setSinkId' in audio) await audio.setSinkId(speakerId);
    recorded();
    await new Promise<void>((resolve, reject) => {
      audio.onended = () => resolve();
      audio.onerror = () => reject(new DOMException('the recorded sound cannot be played', 'NotSupportedError'));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      audio.play().catch(reject);
    });
  } finally {
    audio.pause();
    URL.revokeObjectURL(url);
  }
}

/** A track that ends meanwhile ends the recording, too. */
async function record(track: MediaStreamTrack, signal: AbortSignal): Promise<Blob> {
  const recorder = new MediaRecorder(new MediaStream([track]));
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stop = () => recorder.state === 'recording' && recorder.stop();
  const timer = setTimeout(stop, RECORD_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      recorder.onstop = () => resolve();
      recorder.onerror = () => reject(new DOMException('the microphone cannot be recorded', 'NotReadableError'));
      recorder.start();
    });
  } finally {
    clearTimeout(timer);
  }
  signal.throwIfAborted();
  return new Blob(parts, { type: recorder.mimeType });
}
