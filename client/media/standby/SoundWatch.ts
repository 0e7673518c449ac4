import type { types } from 'mediasoup-client';
import type { RemoteTrack } from '../RemoteTrack.ts';
import { type Delivery, SoundChoice } from './SoundChoice.ts';

const LOOK_EVERY_MS = 20;
/** While a sound is quiet. */
const LOOK_CLOSELY_EVERY_MS = 10;

/** What the choice needs of a track. */
export type TwofoldSound = Pick<
  RemoteTrack,
  'publisherId' | 'trackId' | 'second' | 'silenced' | 'playsStandby' | 'changeOver'
>;

/** A sound that comes from two places: only one is heard. */
interface WatchedSound {
  readonly track: TwofoldSound;
  readonly choice: SoundChoice;
}

/** Plays each sound from the place whose packets come. */
export class SoundWatch {
  readonly #sounds = new Map<string, WatchedSound>();
  readonly #isMuted: (track: TwofoldSound) => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `isMuted`: whether the room's record says so, which may be known before the server has paused anything. */
  constructor(isMuted: (track: TwofoldSound) => boolean) {
    this.#isMuted = isMuted;
  }

  /** The track has a second sound now. */
  watch(track: TwofoldSound): void {
    this.#sounds.set(track.trackId, { track, choice: new SoundChoice() });
    this.#lookLater(LOOK_EVERY_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sounds.clear();
  }

  #lookLater(afterMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, afterMs);
  }

  #look(): void {
    let isQuiet = false;
    for (const [trackId, { track, choice }] of this.#sounds) {
      const { second } = track;
      if (second === undefined) {
        this.#sounds.delete(trackId);
        continue;
      }
      const now = performance.now();
      if (track.silenced || this.#isMuted(track)) {
        // The other node may hear of a mute a moment later.
        if (track.playsStandby) track.changeOver();
        choice.changed(now);
      } else if (choice.isOver(now, deliveredBy(second.played), () => deliveredBy(second.other))) {
        track.changeOver();
        choice.changed(now);
      }
      isQuiet ||= choice.isQuiet(now);
    }
    if (this.#sounds.size > 0) this.#lookLater(isQuiet ? LOOK_CLOSELY_EVERY_MS : LOOK_EVERY_MS);
  }
}

function deliveredBy(consumer: types.Consumer | undefined): Delivery | undefined {
  if (consumer === undefined || consumer.closed) return undefined;
  const [source] = consumer.rtpReceiver?.getSynchronizationSources() ?? [];
  return source && { at: source.timestamp, packet: source.rtpTimestamp ?? source.timestamp };
}
