import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { ClientConnection, Seat } from './ClientConnection.ts';
import type { ConnectedPeople } from './ConnectedPeople.ts';
import type { Departures } from './Departures.ts';
import { inGroups } from './inGroups.ts';
import type { NodeDirectory } from './NodeDirectory.ts';

export interface DrainDeps {
  readonly nodes: Pick<NodeDirectory, 'refresh' | 'elsewhere'>;
  readonly rooms: Pick<RoomHosts, 'get'>;
  readonly connectedPeople: ConnectedPeople;
  readonly departures: Departures;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How a drain went. `people`: those who were connected at its start. */
export interface DrainOutcome {
  readonly people: number;
  readonly moved: number;
  /** Why people were left behind, if some were. */
  readonly problem: 'no other node' | 'time is over' | 'cannot move' | null;
}

/** How long a client may take to say that it moves. */
const ANSWER_MS = 5_000;
/** Somebody may wait for media that never come: of one who cannot move, or who has just left. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** The registry is away rather than slow: what was last read of the nodes counts. */
const NODES_MS = 2_000;

interface Guest {
  readonly connection: ClientConnection;
  /** Where it may go, best first. */
  readonly urls: readonly string[];
}

/**
 * Sends everybody to other nodes without a gap: each client opens its session there first, and the media of the session
 * here serve until all of the room have what they need.
 */
export class Drain {
  readonly #deps: DrainDeps;
  /** People in lobbies who were sent to other nodes, where they knock again. */
  readonly #sentOn = new WeakSet<ClientConnection>();

  constructor(deps: DrainDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when nobody is left who can move, or after `limitMs`. People who come back because their new node has died
   * move again when there is another one.
   */
  async run(limitMs: number): Promise<DrainOutcome> {
    const { connectedPeople, clock, departures, logger } = this.#deps;
    const people = connectedPeople.participants;
    const waiting = connectedPeople.roomIds().flatMap((roomId) => [...connectedPeople.knocking(roomId).values()]);
    if (people + waiting.length === 0) return { people, moved: 0, problem: null };
    const endsAt = clock.now() + limitMs;
    await Promise.race([this.#deps.nodes.refresh(), this.#pause(NODES_MS)]);
    await this.#sendOn(waiting);
    if (people === 0) return { people, moved: 0, problem: null };
    const guests = await this.#guests(this.#seated());
    if (guests.every(({ urls }) => urls.length === 0)) {
      logger.warn({ people }, 'no other node is there to take over: people come back when one is');
      return { people, moved: 0, problem: 'no other node' };
    }
    logger.info({ people }, 'people move to other nodes');
    await this.#askAll(guests, endsAt);
    const asked = new WeakSet(guests.map(({ connection }) => connection));
    for (;;) {
      const returned = this.#seated().filter((connection) => !asked.has(connection));
      for (const guest of await this.#guests(returned)) {
        if (guest.urls.length === 0) continue; // The node to which they had moved is gone, and there is no other yet.
        asked.add(guest.connection);
        this.#ask(guest, endsAt);
      }
      const isOver = returned.length === 0 && departures.awaited === 0 && departures.size === 0;
      if (isOver || clock.now() >= endsAt) break;
      this.#release(departures.done(PATIENCE_MS, (seat) => this.#isWatchedElsewhere(seat)));
      await this.#pause(LOOK_EVERY_MS);
    }
    const left = connectedPeople.participants;
    const isLate = departures.awaited > 0 || this.#seated().some((connection) => !asked.has(connection));
    const problem = left === 0 ? null : isLate ? 'time is over' : 'cannot move';
    this.#release(departures.all());
    logger.info({ people, left, problem }, 'nobody else moves from here');
    return { people, moved: people - left, problem };
  }

  /** Whether the knock of this connection stays in the lobby although it is closed. */
  keepsKnock(connection: ClientConnection): boolean {
    return this.#sentOn.has(connection);
  }

  /** A socket is closed. Its media serve no longer than it. */
  lost(connection: ClientConnection): void {
    const seat = this.#deps.departures.forget(connection);
    if (seat) this.#deps.rooms.get(seat.roomId)?.media.closeParticipant(seat.participantId, seat.session);
  }

  /** People of the room on other nodes change over too, and nobody hears when they have. */
  #isWatchedElsewhere({ participantId, roomId }: Seat): boolean {
    return this.#deps.rooms.get(roomId)?.media.isWatchedElsewhere(participantId) ?? false;
  }

  /** Everybody who is connected. */
  #seated(): ClientConnection[] {
    const { connectedPeople } = this.#deps;
    return connectedPeople.roomIds().flatMap((roomId) => [...connectedPeople.seated(roomId).values()]);
  }

  /** Connections with the nodes to which a client that cannot stay here is sent in any case. */
  #guests(connections: readonly ClientConnection[]): Promise<Guest[]> {
    const { nodes } = this.#deps;
    return Promise.all(
      connections.map(async (connection) => ({
        connection,
        urls: await nodes.elsewhere(connection.nodeUrl, connection.roomId),
      })),
    );
  }

  /** Who waits in a lobby has nothing that must not break: a new connection elsewhere knocks in the same place. */
  async #sendOn(waiting: readonly ClientConnection[]): Promise<void> {
    for (const { connection, urls } of await this.#guests(waiting)) {
      if (urls.length === 0) continue;
      this.#sentOn.add(connection);
      connection.cutOff();
    }
  }

  async #askAll(guests: readonly Guest[], endsAt: number): Promise<void> {
    const { clock } = this.#deps;
    const { groups, everyMs } = inGroups(guests, ({ connection }) => connection.roomId);
    for (const [index, group] of groups.entries()) {
      if (index > 0) await this.#pause(everyMs);
      if (clock.now() >= endsAt) return;
      for (const guest of group) this.#ask(guest, endsAt);
    }
  }

  #ask({ connection, urls }: Guest, endsAt: number): void {
    const { clock, departures, logger } = this.#deps;
    if (connection.protocol === 2 || !connection.seat || urls.length === 0) return;
    const withinMs = Math.max(1, Math.ceil(endsAt - clock.now()));
    departures.asked(connection);
    connection.ask('moveTo', { nodes: [...urls], withinMs }, ANSWER_MS).catch((error: unknown) => {
      const { participantId } = connection;
      logger.debug({ participantId, err: error }, 'a client does not move: it comes back by itself');
      departures.notMoving(connection);
    });
  }

  #release(connections: readonly ClientConnection[]): void {
    for (const connection of connections) {
      this.lost(connection);
      connection.endAsReplaced();
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#deps.clock.setTimer(ms, resolve));
  }
}
