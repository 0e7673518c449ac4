import type { MediaProducer } from '../producers/MediaProducer.ts';

const NOBODY = -1;

/**
 * Finds cameras that are not muted, that somebody watches, and that send nothing. mediasoup notices it by itself for
 * cameras with several layers: their streams score 0. The bytes of the others are counted.
 */
export class SilentCameras {
  #bytes = new Map<MediaProducer, number>();

  /** Whether there are cameras whose silence shows only when they are looked at again. */
  get mustLookAgain(): boolean {
    return this.#bytes.size > 0;
  }

  async find(producers: Iterable<MediaProducer>): Promise<readonly MediaProducer[]> {
    const watched = [...producers].filter(shouldSend);
    const bytes = new Map<MediaProducer, number>();
    const silent = await Promise.all(
      watched.map(async (producer) => {
        if (producer.producer.type === 'simulcast') return isWithoutScore(producer);
        const received = await bytesOf(producer);
        if (received === null) return false;
        bytes.set(producer, received);
        return this.#bytes.get(producer) === received;
      }),
    );
    this.#bytes = bytes;
    return watched.filter((_, index) => silent[index]);
  }
}

function shouldSend(producer: MediaProducer): boolean {
  const { closed, paused, heldBack, standby, path, track, wantedLayer } = producer;
  const isOpen = !closed && !paused && !heldBack && !standby;
  return isOpen && path === 'source' && track.source === 'camera' && wantedLayer !== NOBODY;
}

/** Before its first packet a producer has no scores at all. */
function isWithoutScore({ producer }: MediaProducer): boolean {
  return producer.score.length > 0 && producer.score.every(({ score }) => score === 0);
}

/** Returns null before the first packet, and for a producer that closes meanwhile. */
async function bytesOf({ producer }: MediaProducer): Promise<number | null> {
  try {
    const stats = await producer.getStats();
    return stats.length === 0 ? null : stats.reduce((sum, { byteCount }) => sum + byteCount, 0);
  } catch {
    return null;
  }
}
