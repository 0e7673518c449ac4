import type { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { Clock, Logger, NodeInfo, NodeRegistry } from '../../core/ports.ts';
import type { NodeId, RoomId } from '../../core/room/state.ts';
import type { Attendance } from './Attendance.ts';
import type { ClientConnection, Seat } from './ClientConnection.ts';
import type { Departures } from './Departures.ts';

export interface DrainDeps {
  readonly nodeId: NodeId;
  readonly publicUrl: string;
  readonly registry: Pick<NodeRegistry, 'nodes'>;
  readonly rooms: Pick<RoomHosts, 'get'>;
  readonly attendance: Attendance;
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

/** Clients move in groups, so that the other nodes have time for each; all of them know within ten seconds. */
const GROUP = 10;
const GROUPS = 100;
const GROUP_EVERY_MS = 100;
/** How long a client may take to say that it moves. */
const ANSWER_MS = 5_000;
/** Somebody may wait for media that never come: of one who cannot move, or who has just left. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** The registry is away rather than slow. */
const NODES_MS = 2_000;

/**
 * Sends everybody to other nodes without a gap: each client opens its session there first, and the media of the session
 * here serve until all of the room have what they need.
 */
export class Drain {
  readonly #deps: DrainDeps;

  constructor(deps: DrainDeps) {
    this.#deps = deps;
  }

  /** Resolves when nobody is left who can move, or after `limitMs`. */
  async run(limitMs: number): Promise<DrainOutcome> {
    const { attendance, clock, departures, logger } = this.#deps;
    const people = attendance.participants;
    if (people === 0) return { people, moved: 0, problem: null };
    const endsAt = clock.now() + limitMs;
    const others = await this.#others();
    if (others.length === 0) {
      logger.warn({ people }, 'no other node is there to take over: people come back when one is');
      return { people, moved: 0, problem: 'no other node' };
    }
    logger.info({ people, nodes: others.map(({ name, url }) => `${name} ${url}`) }, 'people move to other nodes');
    await this.#askAll(others, endsAt);
    while (clock.now() < endsAt && (departures.awaited > 0 || departures.size > 0)) {
      this.#release(departures.done(PATIENCE_MS, (seat) => this.#isWatchedElsewhere(seat)));
      await this.#pause(LOOK_EVERY_MS);
    }
    const left = attendance.participants;
    const problem = left === 0 ? null : departures.awaited > 0 ? 'time is over' : 'cannot move';
    this.#release(departures.all());
    logger.info({ people, left, problem }, 'nobody else moves from here');
    return { people, moved: people - left, problem };
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

  async #others(): Promise<readonly NodeInfo[]> {
    const { logger, nodeId, registry } = this.#deps;
    try {
      const late = this.#pause(NODES_MS).then(() => Promise.reject(new Error(`no answer in ${NODES_MS} ms`)));
      const nodes = await Promise.race([registry.nodes(), late]);
      return nodes.filter((node) => node.nodeId !== nodeId && !node.draining);
    } catch (error) {
      logger.warn({ err: error }, 'the other nodes are not known now');
      return [];
    }
  }

  async #askAll(others: readonly NodeInfo[], endsAt: number): Promise<void> {
    const { attendance, clock } = this.#deps;
    const load = new Map(others.map((node) => [node, node.load]));
    const queue = attendance.roomIds().flatMap((roomId) => {
      const people = [...attendance.seated(roomId).values()];
      const nodes = this.#nodesFor(roomId, others, load);
      const [first] = nodes;
      // About as many consumers as the room has there afterwards.
      if (first) load.set(first, (load.get(first) ?? 0) + 2 * people.length ** 2);
      return people.map((connection) => ({ connection, nodes }));
    });
    const group = Math.max(GROUP, Math.ceil(queue.length / GROUPS));
    for (let next = 0; next < queue.length && clock.now() < endsAt; next += group) {
      if (next > 0) await this.#pause(GROUP_EVERY_MS);
      for (const { connection, nodes } of queue.slice(next, next + group)) this.#ask(connection, nodes, endsAt);
    }
  }

  /** Best first, the same for all of a room. A node that has the room already keeps it together. */
  #nodesFor(roomId: RoomId, others: readonly NodeInfo[], load: ReadonlyMap<NodeInfo, number>): readonly NodeInfo[] {
    const { rooms } = this.#deps;
    const here = new Map<NodeId, number>();
    for (const { connected, nodeId } of rooms.get(roomId)?.state.participants.values() ?? []) {
      if (connected) here.set(nodeId, (here.get(nodeId) ?? 0) + 1);
    }
    const fill = (node: NodeInfo): number => (load.get(node) ?? node.load) / node.capacity;
    return [...others].sort(
      (a, b) => (here.get(b.nodeId) ?? 0) - (here.get(a.nodeId) ?? 0) || fill(a) - fill(b) || b.startedAt - a.startedAt,
    );
  }

  #ask(connection: ClientConnection, nodes: readonly NodeInfo[], endsAt: number): void {
    const { clock, departures, logger, publicUrl } = this.#deps;
    if (connection.protocol === 2 || !connection.seat) return;
    const withinMs = Math.max(1, Math.ceil(endsAt - clock.now()));
    // A node of this machine has this node's address: the client knows it by the name by which it came.
    const urls = nodes.map(({ url }) => (url === publicUrl ? connection.nodeUrl : url));
    departures.asked(connection);
    connection.ask('moveTo', { nodes: [...new Set(urls)], withinMs }, ANSWER_MS).catch((error: unknown) => {
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
