import { type Facing, facingOf, oppositeOf } from '../../client/index.ts';
import { readPreferences, savePreferences } from '../lib/preferences.ts';
import type { EffectStates, Effects } from './effects/Effects.ts';
import { browserInputs, type InputAccess, type InputKind } from './inputAccess.ts';
import { type MediaProblem, mediaProblemOf } from './mediaProblem.ts';

export interface InputSnapshot {
  readonly wanted: boolean;
  readonly starting: boolean;
  readonly track: MediaStreamTrack | null;
  /** What others would get of it. */
  readonly sent: MediaStreamTrack | null;
  readonly problem: MediaProblem | null;
}

export interface PreviewSnapshot {
  readonly camera: InputSnapshot;
  readonly microphone: InputSnapshot;
  readonly effects: EffectStates;
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
  readonly effects: Effects;
  readonly #access: InputAccess;
  readonly #listeners = new Set<() => void>();
  readonly #deviceIds: Record<InputKind, string | null>;
  /** Counts the starts of each input: an answer that comes after a newer start, or after the end, is dropped. */
  readonly #starts: Record<InputKind, number> = { camera: 0, microphone: 0 };
  readonly #opening: Record<InputKind, Promise<unknown>> = { camera: Promise.resolve(), microphone: Promise.resolve() };
  /** Opens what is wanted; null when it has begun, and after the end. */
  #begin: (() => void) | null = null;
  #facing: Facing | null = readPreferences().cameraFacing;
  #snapshot: PreviewSnapshot;
  /** Counts the calls of `start`: an earlier `takeTracks` does not get the tracks of a later start. */
  #times = 0;
  #taken = false;
  #stopUsingEffects: () => void = () => undefined;

  constructor(choices: Record<InputKind, InputChoice>, effects: Effects, access: InputAccess = browserInputs) {
    const idle = (kind: InputKind): InputSnapshot => {
      return { wanted: choices[kind].wanted, starting: false, track: null, sent: null, problem: null };
    };
    this.effects = effects;
    this.#access = access;
    this.#deviceIds = { camera: choices.camera.deviceId, microphone: choices.microphone.deviceId };
    this.#snapshot = { camera: idle('camera'), microphone: idle('microphone'), effects: effects.getSnapshot() };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): PreviewSnapshot => this.#snapshot;

  /**
   * Opens what is wanted, with one question to the person if the browser allows it: once `ready`, at the latest when
   * the tracks are taken.
   */
  start(ready?: Promise<unknown>): void {
    this.#times++;
    this.#taken = false;
    this.#followEffects();
    for (const kind of this.#wanted()) this.#update(kind, { starting: true });
    const begin = () => {
      if (this.#begin !== begin) return;
      this.#begin = null;
      const opening = this.#openWanted();
      this.#opening.camera = opening;
      this.#opening.microphone = opening;
    };
    this.#begin = begin;
    if (ready) void ready.then(begin);
    else begin();
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
    // Phones have one camera open at a time.
    if (kind === 'camera') this.#snapshot.camera.track?.stop();
    if (this.#snapshot[kind].wanted) this.#opening[kind] = this.#open([kind]);
  }

  /** From the front camera to the rear one, or back; the one before goes on if the other does not open. */
  async flip(): Promise<void> {
    const { track } = this.#snapshot.camera;
    const before = { deviceId: track?.getSettings().deviceId ?? this.#deviceIds.camera, facing: this.#facing };
    this.#facing = oppositeOf(track && facingOf(track));
    this.#deviceIds.camera = null;
    // Phones have one camera open at a time.
    track?.stop();
    const opening = this.#open(['camera']).then(async (problem) => {
      if (problem === null) {
        savePreferences({ cameraFacing: this.#facing });
        return;
      }
      this.#deviceIds.camera = before.deviceId;
      this.#facing = before.facing;
      await this.#open(['camera']);
    });
    this.#opening.camera = opening;
    await opening;
  }

  /**
   * Hands the tracks over, each as soon as it is open; from then on they are not stopped from here. Null for what is
   * off or failed.
   */
  takeTracks(): Record<InputKind, Promise<MediaStreamTrack | null>> {
    const time = this.#times;
    this.#begin?.();
    this.#taken = true;
    const take = async (kind: InputKind) => {
      await this.#opening[kind];
      if (time !== this.#times) return null;
      const { track } = this.#snapshot[kind];
      this.#update(kind, { track: null, sent: null });
      return track;
    };
    return { camera: take('camera'), microphone: take('microphone') };
  }

  stop(): void {
    this.#begin = null;
    this.#stopUsingEffects();
    if (this.#taken) return;
    this.#close('camera');
    this.#close('microphone');
  }

  #followEffects(): void {
    this.#stopUsingEffects();
    const release = this.effects.use();
    const unsubscribe = this.effects.subscribe(() => {
      this.#apply('camera');
      this.#apply('microphone');
      return undefined;
    });
    this.#stopUsingEffects = () => {
      unsubscribe();
      release();
    };
  }

  /** Its track goes through the effect, unless the meeting has taken it over. */
  #apply(kind: InputKind): void {
    const { track } = this.#snapshot[kind];
    const { processor } = this.effects.of(kind);
    if (!this.#taken) processor?.setInput(track);
    this.#update(kind, { sent: track && (processor?.output ?? track) });
  }

  async #openWanted(): Promise<void> {
    const kinds = this.#wanted();
    if (kinds.length < 2) {
      await Promise.all(kinds.map((kind) => this.#open([kind])));
      return;
    }
    const isCurrent = this.#claim(kinds);
    const known = await this.#access.permissions();
    const open = kinds.filter(isCurrent);
    const blocked = open.filter((kind) => known[kind] === 'denied');
    // A joint request fails if one of its devices is blocked: that one fails alone, and without a question.
    await Promise.all([
      ...blocked.map((kind) => this.#open([kind])),
      this.#openTogether(open.filter((kind) => !blocked.includes(kind))),
    ]);
  }

  /** Asks once for all; if that fails, each is tried alone, as far as the person is not asked again. */
  async #openTogether(kinds: readonly InputKind[]): Promise<void> {
    if (kinds.length === 0) return;
    const problem = await this.#open(kinds);
    if (problem === null || problem === 'insecure' || kinds.length === 1) return;
    const failed = kinds.filter((kind) => this.#snapshot[kind].problem === problem);
    if (problem !== 'denied') {
      await Promise.all(failed.map((kind) => this.#open([kind])));
      return;
    }
    const isCurrent = this.#claim(failed);
    const now = await this.#access.permissions();
    const allowed = failed.filter((kind) => isCurrent(kind) && now[kind] === 'granted');
    await Promise.all(allowed.map((kind) => this.#open([kind])));
  }

  #wanted(): InputKind[] {
    return (['camera', 'microphone'] as const).filter((kind) => this.#snapshot[kind].wanted);
  }

  /** Begins with these. Returns whether one of them has not been begun anew, or ended, since. */
  #claim(kinds: readonly InputKind[]): (kind: InputKind) => boolean {
    const starts = new Map(kinds.map((kind) => [kind, ++this.#starts[kind]]));
    return (kind) => starts.get(kind) === this.#starts[kind];
  }

  /** Resolves with the problem; null if there was none. */
  async #open(kinds: readonly InputKind[]): Promise<MediaProblem | null> {
    const isCurrent = this.#claim(kinds);
    for (const kind of kinds) this.#update(kind, { starting: true, problem: null });
    try {
      const stream = await this.#access.open({
        ...(kinds.includes('camera') && { video: cameraConstraints(this.#deviceIds.camera, this.#facing) }),
        ...(kinds.includes('microphone') && { audio: microphoneConstraints(this.#deviceIds.microphone) }),
      });
      for (const track of stream.getTracks()) {
        const kind = track.kind === 'video' ? 'camera' : 'microphone';
        if (isCurrent(kind)) this.#accept(kind, track);
        else track.stop();
      }
      return null;
    } catch (error) {
      const problem = mediaProblemOf(error);
      for (const kind of kinds) {
        if (!isCurrent(kind)) continue;
        // What nobody can reach any more would stay on, and keep the device from the next try.
        this.#snapshot[kind].track?.stop();
        this.#change(kind, { starting: false, track: null, problem });
      }
      return problem;
    }
  }

  #accept(kind: InputKind, track: MediaStreamTrack): void {
    this.#snapshot[kind].track?.stop();
    this.#change(kind, { starting: false, track, problem: null });
    // What is remembered is what is really in use: the device that was wished for may be gone.
    const { deviceId } = track.getSettings();
    if (deviceId !== undefined)
      savePreferences(kind === 'camera' ? { cameraId: deviceId } : { microphoneId: deviceId });
    track.addEventListener('ended', () => {
      if (this.#snapshot[kind].track === track) this.#change(kind, { track: null, problem: 'lost' });
    });
  }

  #close(kind: InputKind): void {
    this.#starts[kind]++;
    this.#snapshot[kind].track?.stop();
    this.#change(kind, { track: null, starting: false });
  }

  /** Its track is another one. */
  #change(kind: InputKind, change: Partial<InputSnapshot>): void {
    this.#update(kind, change);
    this.#apply(kind);
  }

  #update(kind: InputKind, change: Partial<InputSnapshot>): void {
    const effects = this.effects.getSnapshot();
    this.#snapshot = { ...this.#snapshot, [kind]: { ...this.#snapshot[kind], ...change }, effects };
    for (const listener of this.#listeners) listener();
  }
}

/** A remembered device may be gone: `ideal` falls back to another one. */
function cameraConstraints(deviceId: string | null, facing: Facing | null): MediaTrackConstraints {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  if (deviceId !== null) return { ...size, deviceId: { ideal: deviceId } };
  return facing === null ? size : { ...size, facingMode: { ideal: facing } };
}

function microphoneConstraints(deviceId: string | null): MediaTrackConstraints {
  const processing = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  return deviceId === null ? processing : { ...processing, deviceId: { ideal: deviceId } };
}
