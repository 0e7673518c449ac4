import type { Clock, Logger } from '../../ports.ts';
import { messageOf } from '../mediaFailures.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';
import type { LayerWishes } from '../viewers/LayerWishes.ts';
import type { SourceProducer } from './MediaProducer.ts';

export interface SendRateWatchOptions {
  readonly sources: () => Iterable<SourceProducer>;
  readonly layerWishes: Pick<LayerWishes, 'restrain' | 'release'>;
  /** The most that a participant is asked to send. */
  readonly maxBitrateBps: number;
  /** A producer may flow again. */
  readonly released: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const CHECK_EVERY_MS = 3_000;
/** Retransmissions and probing add to what an honest sender was asked for, but never that much. */
const TOO_MUCH = 2;

/**
 * mediasoup only asks a sender to keep to its bitrate. Whoever sends far more is paused, and told that nobody wants its
 * layers; its media flows again once it keeps to the bitrate. Until then it costs the node what it sends, but not what
 * every viewer would get.
 */
export class SendRateWatch {
  readonly #options: SendRateWatchOptions;
  readonly #restrained = new Set<ParticipantMedia>();
  #cancelCheck: (() => void) | null = null;
  #closed = false;

  constructor(options: SendRateWatchOptions) {
    this.#options = options;
  }

  produced(producer: SourceProducer): void {
    if (this.#restrained.has(producer.owner)) this.#restrain(producer);
    this.#checkLater();
  }

  close(): void {
    this.#closed = true;
    this.#cancelCheck?.();
  }

  #checkLater(): void {
    if (this.#closed) return;
    this.#cancelCheck ??= this.#options.clock.setTimer(CHECK_EVERY_MS, () => {
      void this.#check().finally(() => {
        this.#cancelCheck = null;
        if (this.#sources().length > 0) this.#checkLater();
      });
    });
  }

  async #check(): Promise<void> {
    const senders = new Set(this.#sources().map(({ owner }) => owner));
    for (const media of this.#restrained) if (media.closed) this.#restrained.delete(media);
    await Promise.all([...senders].map((media) => this.#checkSender(media)));
  }

  async #checkSender(media: ParticipantMedia): Promise<void> {
    const { logger, maxBitrateBps, released } = this.#options;
    const { participantId } = media;
    let bitrateBps: number;
    try {
      const [stat] = await media.send.getStats();
      bitrateBps = stat?.recvBitrate ?? 0;
    } catch (error) {
      // It closed meanwhile.
      logger.debug({ participantId, error: messageOf(error) }, 'the bitrate of a sender is unknown');
      return;
    }
    if (this.#closed || media.closed) return;
    if (bitrateBps > TOO_MUCH * maxBitrateBps && !this.#restrained.has(media)) {
      logger.warn({ participantId, bitrateBps }, 'somebody sends far too much: paused until that ends');
      this.#restrained.add(media);
      for (const producer of this.#producersOf(media)) this.#restrain(producer);
    } else if (bitrateBps <= maxBitrateBps && this.#restrained.delete(media)) {
      logger.info({ participantId, bitrateBps }, 'somebody who sent too much no longer does');
      for (const producer of this.#producersOf(media)) {
        producer.restrained = false;
        this.#options.layerWishes.release(producer);
      }
      released();
    }
  }

  #restrain(producer: SourceProducer): void {
    producer.restrained = true;
    this.#options.layerWishes.restrain(producer);
    producer.pause().catch((error: unknown) => {
      const { trackId } = producer;
      this.#options.logger.debug({ trackId, error: messageOf(error) }, 'producer closed while it was restrained');
    });
  }

  #producersOf(media: ParticipantMedia): SourceProducer[] {
    return this.#sources().filter(({ owner }) => owner === media);
  }

  #sources(): SourceProducer[] {
    return [...this.#options.sources()];
  }
}
