import type { types } from 'mediasoup-client';
import type { Carrier } from './Carriers.ts';
import { lastDelivery } from './lastDelivery.ts';
import type { MediaSession } from './MediaSession.ts';

const LOOK_EVERY_MS = 20;
/** A carrier that has not flowed by then may take long: its server looks for room on the viewer's link. */
const SOON_MS = 1_500;
const LOOK_EVERY_LATER_MS = 200;
/** The delay of the first frame that is assumed where frames cannot be watched. */
const UNWATCHED_MS = 300;
/**
 * How many frames in a row are a flow. A new connection may pause after its first picture, while it finds out what the
 * network takes; a new jitter buffer plays its first packet and then fills.
 */
const FRAMES_IN_A_ROW = { video: 3, audio: 8 };
/** After a longer pause the row starts again. */
const PAUSE_MS = 200;
/** What sends seldom, such as a screen that stands still, is no flow and yet all there is. */
const SELDOM_MS = 1_000;

/** A consumer of mediasoup-client as a carrier of its track. */
export class ConsumerCarrier implements Carrier {
  readonly consumer: types.Consumer;
  readonly #session: Pick<MediaSession, 'closed' | 'shows'>;

  constructor(consumer: types.Consumer, session: Pick<MediaSession, 'closed' | 'shows'>) {
    this.consumer = consumer;
    this.#session = session;
  }

  get id(): string {
    return this.consumer.id;
  }

  /**
   * Polls `getSynchronizationSources`, which reports frames that were delivered to the track, whether or not an element
   * shows it. The timers of a page in the background are slow: there the swap comes later, when the old carrier is
   * paused.
   */
  watchFlow(flows: () => void): () => void {
    const { kind, rtpReceiver } = this.consumer;
    if (rtpReceiver === undefined || !('getSynchronizationSources' in rtpReceiver)) {
      const timer = setTimeout(flows, UNWATCHED_MS);
      return () => clearTimeout(timer);
    }
    let last = lastDelivery(rtpReceiver);
    let inARow = 0;
    let firstAt: number | undefined;
    let lastAt = performance.now();
    const startedAt = lastAt;
    let timer: ReturnType<typeof setTimeout>;
    const look = (): void => {
      const now = performance.now();
      const next = lastDelivery(rtpReceiver);
      if (next !== undefined && next !== last) {
        inARow = now - lastAt > PAUSE_MS ? 1 : inARow + 1;
        firstAt ??= now;
        lastAt = now;
        last = next;
      }
      if (inARow >= FRAMES_IN_A_ROW[kind] || (firstAt !== undefined && now - firstAt > SELDOM_MS)) flows();
      else {
        const isSoon = firstAt !== undefined || now - startedAt < SOON_MS;
        timer = setTimeout(look, isSoon ? LOOK_EVERY_MS : LOOK_EVERY_LATER_MS);
      }
    };
    timer = setTimeout(look, LOOK_EVERY_MS);
    return () => clearTimeout(timer);
  }

  chosen(): void {
    this.#session.shows(this.id);
  }

  /**
   * The consumers of a session that has given way close with it: closing one negotiates, on a connection that is dead,
   * while the next one is being negotiated.
   */
  close(): void {
    if (!this.#session.closed) this.consumer.close();
  }
}
