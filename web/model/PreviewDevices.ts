import { type MediaProblem, mediaProblemOf } from './mediaProblem.ts';

export type InputKind = 'camera' | 'microphone';

export interface InputSnapshot {
  readonly wanted: boolean;
  readonly starting: boolean;
  readonly track: MediaStreamTrack | null;
  readonly problem: MediaProblem | null;
}

export interface PreviewSnapshot {
  readonly camera: InputSnapshot;
  readonly microphone: InputSnapshot;
}

export interface InputChoice {
  readonly wanted: boolean;
  readonly deviceId: string | null;
}

/**
 * The person's camera and microphone before the meeting. On entry the open tracks go along, so that nothing is asked or
 * switched on twice.
 */
export class PreviewDevices {
  readonly #listeners = new Set<() => void>();
  readonly #deviceIds: Record<InputKind, string | null>;
  /** Counts the starts of each input: an answer that comes after a newer start, or after the end, is dropped. */
  readonly #starts: Record<InputKind, number> = { camera: 0, microphone: 0 };
  readonly #opening: Record<InputKind, Promise<unknown>> = { camera: Promise.resolve(), microphone: Promise.resolve() };
  #snapshot: PreviewSnapshot;
  /** Counts the calls of `start`: an earlier `takeTracks` does not get the tracks of a later start. */
  #times = 0;
  #taken = false;

  constructor(choices: Record<InputKind, InputChoice>) {
    const idle = (kind: InputKind): InputSnapshot => {
      return { wanted: choices[kind].wanted, starting: false, track: null, problem: null };
    };
    this.#deviceIds = { camera: choices.camera.deviceId, microphone: choices.microphone.deviceId };
    this.#snapshot = { camera: idle('camera'), microphone: idle('microphone') };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): PreviewSnapshot => this.#snapshot;

  /** Opens what is wanted, with one question to the person if the browser allows it. */
  start(): void {
    this.#times++;
    this.#taken = false;
    const opening = this.#openWanted();
    this.#opening.camera = opening;
    this.#opening.microphone = opening;
  }

  setWanted(kind: InputKind, wanted: boolean): void {
    if (wanted) {
      this.#update(kind, { wanted });
      this.#opening[kind] = this.#open([kind]);
    } else {
      this.#close(kind);
      this.#update(kind, { wanted, problem: null });
    }
  }

  choose(kind: InputKind, deviceId: string): void {
    this.#deviceIds[kind] = deviceId;
    if (this.#snapshot[kind].wanted) this.#opening[kind] = this.#open([kind]);
  }

  /**
   * Hands the tracks over, each as soon as it is open; from then on they are not stopped from here. Null for what is
   * off or failed.
   */
  takeTracks(): Record<InputKind, Promise<MediaStreamTrack | null>> {
    const time = this.#times;
    this.#taken = true;
    const take = async (kind: InputKind) => {
      await this.#opening[kind];
      if (time !== this.#times) return null;
      const { track } = this.#snapshot[kind];
      this.#update(kind, { track: null });
      return track;
    };
    return { camera: take('camera'), microphone: take('microphone') };
  }

  stop(): void {
    if (this.#taken) return;
    this.#close('camera');
    this.#close('microphone');
  }

  async #openWanted(): Promise<void> {
    const kinds = (['camera', 'microphone'] as const).filter((kind) => this.#snapshot[kind].wanted);
    if (kinds.length < 2) {
      await Promise.all(kinds.map((kind) => this.#open([kind])));
      return;
    }
    const problem = await this.#open(kinds);
    // A joint request fails if one device is missing: single ones tell which. A person who said no is not asked again.
    if (problem !== null && problem !== 'denied' && problem !== 'insecure')
      await Promise.all(kinds.map((kind) => this.#open([kind])));
  }

  /** Resolves with the problem; null if there was none. */
  async #open(kinds: readonly InputKind[]): Promise<MediaProblem | null> {
    const starts = new Map(kinds.map((kind) => [kind, ++this.#starts[kind]]));
    const current = (kind: InputKind) => starts.get(kind) === this.#starts[kind];
    for (const kind of kinds) this.#update(kind, { starting: true, problem: null });
    try {
      // A page that did not come over https has no mediaDevices at all.
      if (!navigator.mediaDevices) throw new DOMException('Needs a secure context', 'SecurityError');
      const stream = await navigator.mediaDevices.getUserMedia({
        ...(kinds.includes('camera') && { video: cameraConstraints(this.#deviceIds.camera) }),
        ...(kinds.includes('microphone') && { audio: microphoneConstraints(this.#deviceIds.microphone) }),
      });
      for (const track of stream.getTracks()) {
        const kind = track.kind === 'video' ? 'camera' : 'microphone';
        if (current(kind)) this.#accept(kind, track);
        else track.stop();
      }
      return null;
    } catch (error) {
      const problem = mediaProblemOf(error);
      for (const kind of kinds) if (current(kind)) this.#update(kind, { starting: false, track: null, problem });
      return problem;
    }
  }

  #accept(kind: InputKind, track: MediaStreamTrack): void {
    this.#snapshot[kind].track?.stop();
    this.#update(kind, { starting: false, track, problem: null });
    track.addEventListener('ended', () => {
      if (this.#snapshot[kind].track === track) this.#update(kind, { track: null, problem: 'lost' });
    });
  }

  #close(kind: InputKind): void {
    this.#starts[kind]++;
    this.#snapshot[kind].track?.stop();
    this.#update(kind, { track: null, starting: false });
  }

  #update(kind: InputKind, change: Partial<InputSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, [kind]: { ...this.#snapshot[kind], ...change } };
    for (const listener of this.#listeners) listener();
  }
}

/** A remembered device may be gone: `ideal` falls back to another one. */
function cameraConstraints(deviceId: string | null): MediaTrackConstraints {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  return deviceId === null ? size : { ...size, deviceId: { ideal: deviceId } };
}

function microphoneConstraints(deviceId: string | null): MediaTrackConstraints {
  const processing = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  return deviceId === null ? processing : { ...processing, deviceId: { ideal: deviceId } };
}
