import { z } from 'zod';
import { ConsumerOffer } from '../../../../signaling/protocol/notifications.ts';
import { Id, TrackKind, TransportPair } from '../../../../signaling/protocol/shapes.ts';

/** The parts of the server's messages that it reads. */
export const PublishedTrack = z.looseObject({ trackId: Id, kind: TrackKind });
export const Entered = z.object({
  participantId: Id,
  session: z.number(),
  resumeToken: z.string(),
  nodes: z.array(z.string()),
  // Of a thousand people only those who publish are looked at.
  room: z.object({ participants: z.array(z.unknown()) }),
});
export const Publisher = z.object({ id: Id, tracks: z.array(z.object({ id: Id, kind: TrackKind })) });
export const Opened = z.object({ transports: TransportPair });
export const Committed = z.looseObject({ events: z.array(z.looseObject({ type: z.string() })) });
export const Offered = z.object({ consumers: z.array(ConsumerOffer) });
export const Closed = z.object({ consumerIds: z.array(Id) });
export const Encodings = z.object({ encodings: z.array(z.object({ ssrc: z.number() })) });
export const LayersWanted = z.object({ maxSpatialLayer: z.number() });

/** Whether a light client reads an event. */
export function heeds(event: string, packet: string): boolean {
  if (event === 'committed') return /"Track(Unp|P)ublished"/u.test(packet);
  return event !== 'activeSpeakers' && event !== 'connectionQuality';
}

export function publishes(participant: unknown): boolean {
  const { tracks } = participant as { readonly tracks?: readonly unknown[] };
  return tracks?.length !== 0;
}
