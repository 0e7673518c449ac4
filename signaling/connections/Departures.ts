import type { ParticipantId, RoomId } from '../../core/room/state.ts';
import type { ClientConnection, Seat } from './ClientConnection.ts';

/** Somebody who has a session on another node by now, and whose media here serve a little longer. */
interface Departure {
  readonly connection: ClientConnection;
  readonly seat: Seat;
  readonly at: number;
  settled: boolean;
}

/**
 * The people who move to other nodes because this one is about to be stopped. Their old connections hear nothing of the
 * room any more; they stay open as long as the old media do, and end with them.
 */
export class Departures {
  readonly #now: () => number;
  /** Clients that were asked to move and have not said that they cannot. */
  readonly #asked = new Set<ClientConnection>();
  readonly #left = new Map<ClientConnection, Departure>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** People whose media here serve although they are on another node. */
  get size(): number {
    return this.#left.size;
  }

  /** Whether somebody in this room may still move. */
  awaits(roomId: RoomId): boolean {
    return [...this.#asked].some((connection) => connection.roomId === roomId);
  }

  get awaited(): number {
    return this.#asked.size;
  }

  asked(connection: ClientConnection): void {
    this.#asked.add(connection);
  }

  /** The client will not move by itself, or is gone. */
  notMoving(connection: ClientConnection): void {
    this.#asked.delete(connection);
  }

  /** The record gives this connection's participant a session on another node; returns whether its media stay here. */
  leaves(connection: ClientConnection): boolean {
    const { seat } = connection;
    if (!this.#asked.delete(connection) || !seat || !connection.isOpen) return false;
    this.#left.set(connection, { connection, seat, at: this.#now(), settled: false });
    connection.leaveSeat();
    return true;
  }

  /** Whether the media of this session serve although it is over. */
  serves(roomId: RoomId, participantId: ParticipantId, session: number): boolean {
    return [...this.#left.values()].some(
      ({ seat }) => seat.roomId === roomId && seat.participantId === participantId && seat.session === session,
    );
  }

  /** The client receives everything through its new node. */
  settled(connection: ClientConnection): void {
    const departure = this.#left.get(connection);
    if (departure) departure.settled = true;
  }

  /** Forgets a connection, and returns the seat that it had left. */
  forget(connection: ClientConnection): Seat | undefined {
    const departure = this.#left.get(connection);
    this.#asked.delete(connection);
    this.#left.delete(connection);
    return departure?.seat;
  }

  /**
   * Returns those whose old media nobody needs any more: everybody in their room has moved and settled, and nobody is
   * watched from another node. `patienceMs` after the last one left it returns them in any case.
   */
  done(patienceMs: number, isWatchedElsewhere: (seat: Seat) => boolean): ClientConnection[] {
    const done: ClientConnection[] = [];
    for (const [roomId, departures] of Map.groupBy(this.#left.values(), ({ seat }) => seat.roomId)) {
      if (this.awaits(roomId)) continue;
      const lastAt = Math.max(...departures.map(({ at }) => at));
      const isNeeded = departures.some(({ seat, settled }) => !settled || isWatchedElsewhere(seat));
      if (!isNeeded || this.#now() - lastAt >= patienceMs) done.push(...departures.map(({ connection }) => connection));
    }
    return done;
  }

  all(): ClientConnection[] {
    return [...this.#left.keys()];
  }
}
