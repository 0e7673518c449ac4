import type { ParticipantId } from '../room/state.ts';
import type { RoomProducers } from './producers/RoomProducers.ts';
import type { MediaInventory } from './RoomMedia.ts';
import type { ParticipantMedia } from './sessions/ParticipantMedia.ts';

export function inventoryOf(
  producers: RoomProducers,
  viewers: ReadonlyMap<ParticipantId, ParticipantMedia>,
): MediaInventory {
  return {
    producers: [...producers.all()].map(({ participantId, trackId, producerId, path, paused }) => ({
      participantId,
      trackId,
      producerId,
      path,
      paused,
    })),
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
