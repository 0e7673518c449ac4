import type { Logger } from '../../ports.ts';
import { messageOf } from '../mediaFailures.ts';
import type { MediaProducer } from './MediaProducer.ts';

/** The levels of a microphone count for active speakers. */
export function watchLevels({ owner, producerId, track, trackId }: MediaProducer, logger: Logger): void {
  if (track.source !== 'microphone') return;
  owner.router.listenTo(producerId).catch((error: unknown) => {
    logger.debug({ trackId, error: messageOf(error) }, 'levels of this microphone are not watched');
  });
}
