import type { RoomHost } from '../../core/host/RoomHost.ts';
import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import { type Clock, type Logger, Unavailable } from '../../core/ports.ts';
import type { CommandId, NodeId, ParticipantId, RoomId } from '../../core/room/state.ts';
import { withRoom } from '../requests/withRoom.ts';
import type { ClientConnection, Seat } from './ClientConnection.ts';
import type { ConnectedPeople } from './ConnectedPeople.ts';

interface PresenceAuditorDeps {
  readonly nodeId: NodeId;
  readonly rooms: RoomHosts;
  readonly connectedPeople: ConnectedPeople;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
}

/** A place counts as empty after two rounds: in the first, its end may be on the way to the record. */
const ROUND_MS = 5_000;

/**
 * Keeps the record true to the connections of this node: records lost connections, and in rounds finds those that were
 * missed because the journal was away, an answer was lost, or a room was closed and reopened meanwhile.
 */
export class PresenceAuditor {
  /** The commands by which people are entering now: on a busy node their places have no connection for a while. */
  readonly entering = new Set<CommandId>();
  readonly #deps: PresenceAuditorDeps;
  /** Seats whose end is not recorded yet because their room could not be opened. */
  readonly #owed = new Set<Seat>();
  #suspects = new Set<string>();
  #cancelRound: (() => void) | null = null;
  #stopped = false;

  constructor(deps: PresenceAuditorDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#stopped) return;
    this.#cancelRound = this.#deps.clock.setTimer(ROUND_MS, () => {
      void this.#round()
        .catch((error: unknown) => this.#deps.logger.error({ err: error }, 'a round of the presence auditor failed'))
        .finally(() => this.start());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRound?.();
  }

  /** The connection of this seat is gone. */
  left(seat: Seat): void {
    // A node that stops leaves this to those that go on: a time to come back must not run while nobody serves.
    if (this.#stopped) return;
    this.#owed.add(seat);
    void this.#record(seat);
  }

  async #record(seat: Seat): Promise<void> {
    const { logger } = this.#deps;
    try {
      // From here on the host keeps trying while the journal is away.
      await withRoom(this.#deps, seat.roomId, (room) => room.disconnected(seat.participantId, seat.session));
      this.#owed.delete(seat);
    } catch (error) {
      logger.debug({ err: error, roomId: seat.roomId }, 'a lost connection is not recorded yet');
    }
  }

  /** The connection of somebody in the lobby is gone. If this fails, the next rounds find it. */
  knockLeft(roomId: RoomId, participantId: ParticipantId): void {
    if (this.#stopped) return;
    const { logger } = this.#deps;
    withRoom(this.#deps, roomId, (room) => this.#withdrawKnock(room, participantId)).catch((error: unknown) => {
      const level = error instanceof Unavailable ? 'debug' : 'error';
      logger[level]({ err: error, roomId }, 'a knock is not withdrawn yet');
    });
  }

  async #withdrawKnock(room: RoomHost, participantId: ParticipantId): Promise<void> {
    const { connectedPeople, clock, newId, nodeId } = this.#deps;
    const entry = room.state.lobby.get(participantId);
    if (entry?.nodeId !== nodeId || connectedPeople.knocking(room.roomId).has(participantId)) return;
    const actor = { kind: 'node', nodeId } as const;
    await room.handle({ type: 'WithdrawKnock', participantId, actor, commandId: newId(), now: clock.now() });
  }

  async #round(): Promise<void> {
    for (const seat of [...this.#owed]) await this.#record(seat);

    const suspects = new Set<string>();
    for (const room of this.#deps.rooms.list()) {
      for (const key of this.#clearEmptyPlaces(room)) suspects.add(key);
    }
    this.#suspects = suspects;

    for (const roomId of this.#deps.connectedPeople.roomIds()) {
      if (this.#deps.connectedPeople.knocking(roomId).size > 0) await this.#tellKnocking(roomId);
    }
  }

  /**
   * Returns the places that the record gives to this node and that have no connection here; clears those that the last
   * round found already.
   */
  #clearEmptyPlaces(room: RoomHost): string[] {
    const { connectedPeople, nodeId } = this.#deps;
    const suspects: string[] = [];
    for (const { connected, id, nodeId: recordedNode, session, sessionCommandId } of room.state.participants.values()) {
      if (!connected || recordedNode !== nodeId || this.entering.has(sessionCommandId)) continue;
      if (connectedPeople.find(room.roomId, id, session)) continue;
      const key = `${room.roomId} ${id} ${session}`;
      if (this.#suspects.has(key)) room.disconnected(id, session);
      else suspects.push(key);
    }
    for (const { nodeId: recordedNode, participantId } of room.state.lobby.values()) {
      if (recordedNode !== nodeId || connectedPeople.knocking(room.roomId).has(participantId)) continue;
      const key = `${room.roomId} ${participantId} lobby`;
      if (this.#suspects.has(key)) this.knockLeft(room.roomId, participantId);
      else suspects.push(key);
    }
    return suspects;
  }

  /**
   * Keeps the room open while somebody waits in its lobby, and sends decisions that were made while it was closed here.
   */
  async #tellKnocking(roomId: RoomId): Promise<void> {
    try {
      await withRoom(this.#deps, roomId, (room) => {
        for (const connection of this.#deps.connectedPeople.knocking(roomId).values())
          this.#tellDecision(room, connection);
      });
    } catch (error) {
      this.#deps.logger.debug({ err: error, roomId }, 'a room with people in its lobby is not open here');
    }
  }

  #tellDecision({ state }: RoomHost, connection: ClientConnection): void {
    const { participantId } = connection;
    if (connection.knockUnderWay || state.lobby.has(participantId)) return;
    this.#deps.connectedPeople.removeKnocking(connection);
    if (state.status !== 'open') connection.end('roomClosed');
    else if (state.banned.has(participantId)) connection.end('banned');
    else connection.notify('lobbyDecided', { admitted: state.admitted.has(participantId) || !state.settings.lobby });
  }
}
