import type { Room } from '../../client/index.ts';
import { Cancelled } from '../lib/describeError.ts';
import { readPreferences } from '../lib/preferences.ts';
import type { HandedTracks } from './Door.ts';

type Input = 'camera' | 'microphone';

/**
 * The person's camera, microphone and screen during the meeting. A camera that is off is closed, so that its light is
 * off too; a muted microphone stays open, so that it comes back without a pause.
 */
export class MeetingDevices {
  readonly #room: Room;
  readonly #changed: () => void;
  /** Tracks that were opened before the meeting, or replaced one of them: the client does not stop these. */
  readonly #open = new Set<MediaStreamTrack>();
  #closed = false;

  constructor(room: Room, changed: () => void) {
    this.#room = room;
    this.#changed = changed;
  }

  async publish({ camera, microphone }: HandedTracks): Promise<void> {
    const published = await Promise.allSettled([
      this.#publish('camera', camera),
      this.#publish('microphone', microphone),
    ]);
    const failed = published.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #publish(input: Input, opening: Promise<MediaStreamTrack | null>): Promise<void> {
    const track = await opening;
    if (!track) return;
    const local = this.#room.localParticipant;
    // Meanwhile the person may have left, or turned it on with the button.
    if (this.#closed || local.track(input)) {
      track.stop();
      return;
    }
    this.#open.add(track);
    await local.publishTrack(track, { source: input });
    this.#changed();
  }

  async set(input: Input, on: boolean): Promise<void> {
    const local = this.#room.localParticipant;
    try {
      if (!on) {
        const muted = local.mute(input);
        this.#changed();
        if (input === 'camera') local.track('camera')?.mediaStreamTrack.stop();
        await muted;
      } else if (local.track(input)) {
        await local.unmute(input);
      } else {
        await this.#enable(input);
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

  async switch(input: Input, deviceId: string): Promise<void> {
    const local = this.#room.localParticipant;
    const before = local.track(input)?.mediaStreamTrack;
    // A camera that is off opens the chosen device when it is turned on.
    if (before === undefined) return;
    await local.switchDevice(input, deviceId);
    if (local.track(input)?.mediaStreamTrack !== before) before.stop();
    if (input === 'camera' && local.track('camera')?.muted) local.track('camera')?.mediaStreamTrack.stop();
    this.#note();
  }

  close(): void {
    this.#closed = true;
    for (const track of this.#open) track.stop();
  }

  async #enable(input: Input): Promise<void> {
    const local = this.#room.localParticipant;
    const { cameraId, microphoneId } = readPreferences();
    const deviceId = input === 'camera' ? cameraId : microphoneId;
    const enable = (options: { deviceId?: string }) => {
      return input === 'camera' ? local.setCameraEnabled(true, options) : local.setMicrophoneEnabled(true, options);
    };
    if (deviceId === null) return enable({});
    try {
      await enable({ deviceId });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'OverconstrainedError')) throw error;
      await enable({}); // The remembered device is gone: take any other.
    }
  }

  #note(): void {
    for (const track of this.#open) if (track.readyState === 'ended') this.#open.delete(track);
    for (const input of ['camera', 'microphone'] as const) {
      const track = this.#room.localParticipant.track(input)?.mediaStreamTrack;
      if (track?.readyState === 'live') this.#open.add(track);
    }
    this.#changed();
  }
}
