import type { RoomMediaListener } from '../media/RoomMedia.ts';
import type { Commit } from '../room/commit.ts';
import type { ParticipantId, RoomId, RoomState } from '../room/state.ts';

/**
 * The participants of one room who are connected to this node: signaling implements it on its sockets. Calls never
 * throw and never block; one for a session that is not connected here is ignored.
 */
export interface RoomAudience extends RoomMediaListener {
  /** A commit is in the journal and in this node's replica. Called for every commit of an open room, in order. */
  committed(commit: Commit, before: RoomState, after: RoomState): void;
  /**
   * Whether the media of a session that the record has replaced serve a while longer: its client moves to another node
   * because this one is about to be stopped. `RoomMedia.closeParticipant` follows.
   */
  serves(participantId: ParticipantId, session: number): boolean;
  /**
   * The replica went back to what the journal holds (it had lost commits): clients' copies may differ and must resume.
   * Or another node can do more for them; clients resume on another one if they know any.
   */
  rebuilt(): void;
}

/** The audiences of all rooms on this node. */
export interface RoomAudiences {
  forRoom(roomId: RoomId): RoomAudience;
}
