import { STANDBY_SESSION } from '../../core/media/RoomMedia.ts';
import type { ParticipantId, RoomId } from '../../core/room/state.ts';
import type { ClientConnection } from './ClientConnection.ts';

interface Places {
  readonly seated: Map<ParticipantId, ClientConnection>;
  readonly knocking: Map<ParticipantId, ClientConnection>;
  readonly standing: Map<ParticipantId, ClientConnection>;
}

const NOBODY: ReadonlyMap<ParticipantId, ClientConnection> = new Map();

/**
 * The connections of this node by room: participants, people in the lobby, and participants that stand by. Each person
 * has at most one of each.
 */
export class ConnectedPeople {
  readonly #rooms = new Map<RoomId, Places>();

  seated(roomId: RoomId): ReadonlyMap<ParticipantId, ClientConnection> {
    return this.#rooms.get(roomId)?.seated ?? NOBODY;
  }

  knocking(roomId: RoomId): ReadonlyMap<ParticipantId, ClientConnection> {
    return this.#rooms.get(roomId)?.knocking ?? NOBODY;
  }

  standing(roomId: RoomId): ReadonlyMap<ParticipantId, ClientConnection> {
    return this.#rooms.get(roomId)?.standing ?? NOBODY;
  }

  /** The connection of exactly this session. */
  find(roomId: RoomId, participantId: ParticipantId, session: number): ClientConnection | undefined {
    if (session === STANDBY_SESSION) return this.standing(roomId).get(participantId);
    const connection = this.seated(roomId).get(participantId);
    return connection?.seat?.session === session ? connection : undefined;
  }

  roomIds(): RoomId[] {
    return [...this.#rooms.keys()];
  }

  get participants(): number {
    let count = 0;
    for (const { seated } of this.#rooms.values()) count += seated.size;
    return count;
  }

  /**
   * Cuts off everybody in these rooms, those in the lobbies too: their clients turn to another node, and keep their
   * places.
   */
  cutOff(isMeant: (roomId: RoomId) => boolean): void {
    for (const roomId of this.roomIds().filter(isMeant)) {
      const connections = [...this.seated(roomId).values(), ...this.knocking(roomId).values()];
      for (const connection of connections) connection.cutOff();
    }
  }

  /** Returns the connection that had the place before. */
  addSeated(connection: ClientConnection): ClientConnection | undefined {
    return this.#add('seated', connection);
  }

  /** Returns the connection that had the place before. */
  addKnocking(connection: ClientConnection): ClientConnection | undefined {
    return this.#add('knocking', connection);
  }

  /** Returns the connection that had the place before. */
  addStanding(connection: ClientConnection): ClientConnection | undefined {
    return this.#add('standing', connection);
  }

  /** Returns whether this connection had the place, rather than another one of the same participant. */
  removeSeated(connection: ClientConnection): boolean {
    return this.#remove('seated', connection);
  }

  removeKnocking(connection: ClientConnection): boolean {
    return this.#remove('knocking', connection);
  }

  removeStanding(connection: ClientConnection): boolean {
    return this.#remove('standing', connection);
  }

  #add(place: keyof Places, connection: ClientConnection): ClientConnection | undefined {
    let room = this.#rooms.get(connection.roomId);
    if (!room) {
      room = { seated: new Map(), knocking: new Map(), standing: new Map() };
      this.#rooms.set(connection.roomId, room);
    }
    const before = room[place].get(connection.participantId);
    room[place].set(connection.participantId, connection);
    return before === connection ? undefined : before;
  }

  #remove(place: keyof Places, connection: ClientConnection): boolean {
    const room = this.#rooms.get(connection.roomId);
    if (room?.[place].get(connection.participantId) !== connection) return false;
    room[place].delete(connection.participantId);
    if (room.seated.size + room.knocking.size + room.standing.size === 0) this.#rooms.delete(connection.roomId);
    return true;
  }
}
