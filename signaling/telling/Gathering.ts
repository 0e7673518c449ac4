import type { Clock } from '../../core/ports.ts';
import type { RoomId } from '../../core/room/state.ts';
import type { ClientConnection } from '../connections/ClientConnection.ts';

/** Up to this many receivers, nothing is gathered. */
const FEW = 50;
/** Sending to one more receiver is worth waiting for this long. */
const MS_A_RECEIVER = 0.12;
const LONGEST_MS = 100;

type Receiver = Pick<ClientConnection, 'write' | 'gather' | 'flush'>;

interface GatheringRoom {
  readonly waiting: Set<Receiver>;
  readonly cancel: () => void;
}

/**
 * In a large room, what everybody hears is gathered for a moment, since each message to each receiver is a system call:
 * a hundred people who come at one moment are a hundred commits, and leave together.
 */
export class Gathering {
  readonly #clock: Clock;
  readonly #rooms = new Map<RoomId, GatheringRoom>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `receivers`: how many people the room has here. */
  tell(roomId: RoomId, connection: Receiver, encoded: string, receivers: number): void {
    if (receivers <= FEW) connection.write(encoded);
    else if (connection.gather(encoded)) this.#roomOf(roomId, receivers).waiting.add(connection);
  }

  #roomOf(roomId: RoomId, receivers: number): GatheringRoom {
    let room = this.#rooms.get(roomId);
    if (!room) {
      const delayMs = Math.min(LONGEST_MS, Math.ceil(receivers * MS_A_RECEIVER));
      room = { waiting: new Set(), cancel: this.#clock.setTimer(delayMs, () => this.#flush(roomId)) };
      this.#rooms.set(roomId, room);
    }
    return room;
  }

  #flush(roomId: RoomId): void {
    const room = this.#rooms.get(roomId);
    this.#rooms.delete(roomId);
    for (const connection of room?.waiting ?? []) connection.flush();
  }
}
