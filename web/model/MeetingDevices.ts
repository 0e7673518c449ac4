import type { CaptureOptions, PublishOptions, Room } from '../../client/index.ts';
import { Cancelled } from '../lib/describeError.ts';
import { readPreferences, savePreferences } from '../lib/preferences.ts';
import type { HandedTracks } from './Door.ts';
import type { Effects } from './effects/Effects.ts';
import type { InputKind } from './inputAccess.ts';
import type { OwnDevices } from './Meeting.ts';

/**
 * The person's camera, microphone and screen during the meeting. A camera that is off is closed, so that its light is
 * off too; a muted microphone stays open, so that it comes back without a pause.
 */
export class MeetingDevices {
  readonly #room: Room;
  readonly #effects: Effects;
  readonly #changed: () => void;
  readonly #stopUsing: () => void;
  /** Tracks that were opened before the meeting, or replaced one of them: the client does not stop these. */
  readonly #open = new Set<MediaStreamTrack>();
  #inUse: OwnDevices = { cameraId: null, microphoneId: null, microphone: null, coming: [] };
  /** Being published. */
  readonly #coming = new Map<InputKind, Promise<MediaStreamTrack | null>>();
  #closed = false;

  constructor(room: Room, effects: Effects, changed: () => void) {
    this.#room = room;
    this.#effects = effects;
    this.#changed = changed;
    const release = effects.use();
    const unsubscribe = effects.subscribe(() => this.#applyEffects());
    this.#stopUsing = () => {
      release();
      unsubscribe();
    };
  }

  /** Resolves to whether the room muted the microphone, since everybody joins it muted. */
  async publish({ camera, microphone }: HandedTracks): Promise<boolean> {
    const published = await Promise.allSettled([
      this.#publish('camera', camera),
      this.#publish('microphone', microphone),
    ]);
    const failed = published.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    const { track, muted } = this.#room.localParticipant.publication('microphone') ?? {};
    return muted === true && track?.holds === 0 && this.#room.record?.settings.joinMuted === true;
  }

  async #publish(input: InputKind, opening: Promise<MediaStreamTrack | null>): Promise<void> {
    this.#coming.set(input, opening);
    this.#changed();
    try {
      const track = await opening;
      await this.#blurSettled(input);
      if (track) await this.#publishOpen(input, track, this.#coming.get(input) === opening);
    } finally {
      if (this.#coming.get(input) === opening) this.#coming.delete(input);
      this.#changed();
    }
  }

  /** `isWanted`: another room has not got it meanwhile. */
  async #publishOpen(input: InputKind, track: MediaStreamTrack, isWanted: boolean): Promise<void> {
    const local = this.#room.localParticipant;
    // Meanwhile the person may have left, or turned it on with the button.
    if (this.#closed || !isWanted || local.track(input)) {
      track.stop();
      return;
    }
    this.#open.add(track);
    await local.publishTrack(track, { source: input, ...this.#processing(input) });
    await this.#applyEffect(input);
  }

  async set(input: InputKind, on: boolean): Promise<void> {
    const local = this.#room.localParticipant;
    try {
      if (!on) {
        const muted = local.mute(input);
        this.#changed();
        if (input === 'camera') local.track('camera')?.mediaStreamTrack.stop();
        await muted;
        return;
      }
      await this.#blurSettled(input);
      if (local.track(input)) {
        await local.unmute(input);
      } else {
        await this.#enable(input);
        await this.#applyEffect(input);
        // Muted in the record since before a reload; the person has just asked for it.
        await local.unmute(input);
      }
    } finally {
      this.#note();
    }
  }

  async setScreen(on: boolean): Promise<void> {
    try {
      await this.#room.localParticipant.setScreenShareEnabled(on);
    } catch (error) {
      // Browsers report the same for a closed picker and for a refusal by the system; the first is by far the more
      // common.
      throw on && error instanceof DOMException && error.name === 'NotAllowedError' ? new Cancelled() : error;
    } finally {
      this.#changed();
    }
  }

  async switch(input: InputKind, deviceId: string): Promise<void> {
    const local = this.#room.localParticipant;
    const before = local.track(input)?.mediaStreamTrack;
    // A camera that is off opens the chosen device when it is turned on.
    if (before === undefined) return;
    try {
      await local.switchDevice(input, deviceId);
    } finally {
      // Also if it failed: the camera before has been stopped, and opened again as another track.
      if (local.track(input)?.mediaStreamTrack !== before) before.stop();
      this.#closeIfOff();
      this.#note();
    }
  }

  async flip(): Promise<void> {
    const local = this.#room.localParticipant;
    try {
      const cameraFacing = await local.flipCamera();
      if (cameraFacing !== null) savePreferences({ cameraFacing, cameraId: null });
    } finally {
      this.#closeIfOff();
      this.#note();
    }
  }

  /** The devices that are open now, or on the way. */
  inUse(): OwnDevices {
    const open = (input: InputKind) => {
      const track = this.#room.localParticipant.track(input)?.mediaStreamTrack;
      return track?.readyState === 'live' ? track : null;
    };
    const microphone = open('microphone');
    const cameraId = open('camera')?.getSettings().deviceId ?? null;
    const before = this.#inUse;
    const microphoneId = microphone?.getSettings().deviceId ?? null;
    const coming = [...this.#coming.keys()];
    const isSame =
      before.microphone === microphone &&
      before.cameraId === cameraId &&
      before.microphoneId === microphoneId &&
      String(before.coming) === String(coming);
    if (!isSame) this.#inUse = { cameraId, microphoneId, microphone, coming };
    return this.#inUse;
  }

  /** Another one's view of the devices that are on, or coming: they stay open for it when this one closes them. */
  lend(): HandedTracks {
    const copyOf = async (input: InputKind) => {
      const track = this.#room.localParticipant.track(input);
      const open = track?.sending === true ? track.mediaStreamTrack : null;
      const lent = track ? open : await this.#coming.get(input);
      return lent?.readyState === 'live' ? lent.clone() : null;
    };
    return { camera: copyOf('camera'), microphone: copyOf('microphone') };
  }

  release(): void {
    this.#coming.clear();
    for (const track of this.#open) track.stop();
    this.#open.clear();
    this.#changed();
  }

  /** Another device has taken the place of one that was unplugged. */
  replaced(): void {
    this.#note();
  }

  close(): void {
    this.#closed = true;
    this.#stopUsing();
    for (const track of this.#open) track.stop();
  }

  async #enable(input: InputKind): Promise<void> {
    const local = this.#room.localParticipant;
    const { cameraId, microphoneId, cameraFacing } = readPreferences();
    const deviceId = input === 'camera' ? cameraId : microphoneId;
    const facing = input === 'camera' ? cameraFacing : null;
    const enable = (options: CaptureOptions) => {
      const all = { ...options, ...this.#processing(input) };
      return input === 'camera' ? local.setCameraEnabled(true, all) : local.setMicrophoneEnabled(true, all);
    };
    if (deviceId === null && facing === null) return enable({});
    try {
      await enable(deviceId === null ? { ...(facing && { facing }) } : { deviceId });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'OverconstrainedError')) throw error;
      await enable({}); // The remembered device is gone: take any other.
    }
  }

  /** A room that shall be blurred is not shown while the blur loads. */
  async #blurSettled(input: InputKind): Promise<void> {
    if (input === 'camera') await this.#effects.of('camera').settled;
  }

  #processing(input: InputKind): PublishOptions {
    const { processor } = this.#effects.of(input);
    return processor === null ? {} : { processor };
  }

  async #applyEffects(): Promise<void> {
    this.#changed();
    await Promise.all([this.#applyEffect('camera'), this.#applyEffect('microphone')]);
    this.#changed();
  }

  async #applyEffect(input: InputKind): Promise<void> {
    await this.#room.localParticipant.track(input)?.setProcessor(this.#effects.of(input).processor);
  }

  /** Closes a camera that was turned off while another took its place. */
  #closeIfOff(): void {
    const camera = this.#room.localParticipant.track('camera');
    if (camera?.muted) camera.mediaStreamTrack.stop();
  }

  #note(): void {
    for (const track of this.#open) if (track.readyState === 'ended') this.#open.delete(track);
    for (const input of ['camera', 'microphone'] as const) {
      const track = this.#room.localParticipant.track(input)?.mediaStreamTrack;
      if (track?.readyState === 'live') this.#open.add(track);
    }
    keepInUse(this.inUse());
    this.#changed();
  }
}

/** What is remembered is what is really in use: a device that was chosen once may be gone. */
function keepInUse({ cameraId, microphoneId }: OwnDevices): void {
  const saved = readPreferences();
  if (cameraId !== null && cameraId !== saved.cameraId) savePreferences({ cameraId });
  if (microphoneId !== null && microphoneId !== saved.microphoneId) savePreferences({ microphoneId });
}
