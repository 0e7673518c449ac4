import type { types } from 'mediasoup-client';
import type { Carrier } from './Carriers.ts';

const LOOK_EVERY_MS = 20;
/** A carrier that has not flowed by then may take long: its server looks for room on the viewer's link. */
const SOON_MS = 1_500;
const LOOK_EVERY_LATER_MS = 200;
/** The delay of the first frame that is assumed where frames cannot be watched. */
const UNWATCHED_MS = 300;

/** A consumer of mediasoup-client as a carrier of its track. */
export class ConsumerCarrier implements Carrier {
  readonly consumer: types.Consumer;
  readonly #session: { readonly closed: boolean };

  constructor(consumer: types.Consumer, session: { readonly closed: boolean }) {
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
  watchNextFrame(delivered: () => void): () => void {
    const { rtpReceiver } = this.consumer;
    if (rtpReceiver === undefined || !('getSynchronizationSources' in rtpReceiver)) {
      const timer = setTimeout(delivered, UNWATCHED_MS);
      return () => clearTimeout(timer);
    }
    const before = lastDelivery(rtpReceiver);
    const startedAt = performance.now();
    let timer: ReturnType<typeof setTimeout>;
    const look = (): void => {
      const last = lastDelivery(rtpReceiver);
      if (last !== undefined && last !== before) delivered();
      else timer = setTimeout(look, performance.now() - startedAt < SOON_MS ? LOOK_EVERY_MS : LOOK_EVERY_LATER_MS);
    };
    timer = setTimeout(look, LOOK_EVERY_MS);
    return () => clearTimeout(timer);
  }

  /**
   * The consumers of a session that has given way close with it: closing one negotiates, on a connection that is dead,
   * while the next one is being negotiated.
   */
  close(): void {
    if (!this.#session.closed) this.consumer.close();
  }
}

/**
 * Returns when the receiver delivered its last frame, by the receiver's own clock; undefined if there was none for some
 * seconds.
 */
function lastDelivery(receiver: RTCRtpReceiver): number | undefined {
  const times = receiver.getSynchronizationSources().map(({ timestamp }) => timestamp);
  return times.length === 0 ? undefined : Math.max(...times);
}
