import type { ParticipantId } from '../room/state.ts';
import { TwinProducer } from './nodes/TwinProducer.ts';
import type { RoomProducers } from './producers/RoomProducers.ts';
import type { MediaInventory } from './RoomMedia.ts';
import type { ParticipantMedia } from './sessions/ParticipantMedia.ts';

export function inventoryOf(
  producers: RoomProducers,
  viewers: ReadonlyMap<ParticipantId, ParticipantMedia>,
): MediaInventory {
  return {
    producers: [...producers.all()].map((producer) => {
      const { participantId, trackId, producerId, path, paused } = producer;
      const origin = producer instanceof TwinProducer ? producer.origin : null;
      return { participantId, trackId, producerId, path, paused, origin };
    }),
    consumers: [...viewers.values()].flatMap(({ participantId, consumers }) =>
      [...consumers.values()].map(({ trackId, consumerId, producerId, paused, preferredLayers }) => ({
        viewerId: participantId,
        trackId,
        consumerId,
        producerId,
        path: producers.byId(producerId)?.path ?? 'source',
        paused,
        targetSpatialLayer: preferredLayers?.spatialLayer ?? null,
      })),
    ),
  };
}
