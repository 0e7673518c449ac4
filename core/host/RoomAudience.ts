import type { ConsumerOffer, Quality, Speaker } from '../media/MediaPlane.ts';
import type { Commit } from '../room/commit.ts';
import type { ParticipantId, RoomId, RoomState, TrackId } from '../room/state.ts';

/**
 * Those on this node whom rooms tell things: signaling implements it on its sockets. Calls never throw and never block;
 * one for a session that is not connected here is ignored.
 */
export interface RoomAudience {
  /** A commit is in the journal and in this node's replica. Called for every commit of an open room, in order. */
  committed(roomId: RoomId, commit: Commit, before: RoomState, after: RoomState): void;
  /** The replica was put back to what the journal holds (it had lost commits): clients' copies may differ and must resume. */
  rebuilt(roomId: RoomId): void;

  /** Resolves when the client has them in place; rejects when it could not be reached. */
  consumersOpened(
    roomId: RoomId,
    viewerId: ParticipantId,
    session: number,
    offers: readonly ConsumerOffer[],
  ): Promise<void>;
  consumersClosed(roomId: RoomId, viewerId: ParticipantId, session: number, consumerIds: readonly string[]): void;
  consumersPaused(
    roomId: RoomId,
    viewerId: ParticipantId,
    session: number,
    changes: readonly { readonly consumerId: string; readonly paused: boolean }[],
  ): void;
  layersWanted(
    roomId: RoomId,
    publisherId: ParticipantId,
    session: number,
    trackId: TrackId,
    maxSpatialLayer: number,
  ): void;
  activeSpeakersChanged(roomId: RoomId, speakers: readonly Speaker[]): void;
  connectionQualityChanged(roomId: RoomId, participantId: ParticipantId, quality: Quality): void;
  /** The tracks that viewers on this node receive reencoded from now on. */
  reencodingChanged(roomId: RoomId, trackIds: readonly TrackId[]): void;
  mediaLost(roomId: RoomId, participantId: ParticipantId, session: number): void;
}
