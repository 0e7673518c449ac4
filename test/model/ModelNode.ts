import { Replica } from '../../core/host/Replica.ts';
import type { RoomAudience } from '../../core/host/RoomAudience.ts';
import { RoomHosts } from '../../core/host/RoomHosts.ts';
import type { Clock, DeadlineSweeper, Journal, Logger, NodeRegistry, RoomIndex } from '../../core/ports.ts';
import type { Commit } from '../../core/room/commit.ts';
import type { RoomState } from '../../core/room/state.ts';
import { restore } from '../../recovery/replay.ts';
import { KEPT_FOR_EVER } from '../support/lifetimes.ts';
import { NO_MEDIA } from '../support/noMedia.ts';
import { type Fault, FaultyJournal } from './FaultyJournal.ts';

/** The world that a node lives in. */
export interface Surroundings {
  readonly journal: Journal;
  nextFault(): Fault;
  /** Resolves when the world lets this happen. */
  turn(label: string): Promise<void>;
  now(): number;
  wait(ms: number): void;
  /** The node logged an error. */
  failed(error: unknown): void;
}

/** A node's message to its clients: the state after a commit. */
export interface Told {
  readonly commit: Commit;
  readonly after: RoomState;
  /** Clients were asked to resume before it. */
  readonly startsOver: boolean;
}

const COMMAND_TIMEOUT_MS = 400;

/** A node with the real room hosts. It may die at any moment: what it waits for then never comes. */
export class ModelNode {
  readonly id: string;
  readonly hosts: RoomHosts;
  readonly told: Told[] = [];
  unanswered = 0;
  readonly #surroundings: Surroundings;
  #dead = false;
  #ids = 0;

  constructor(id: string, surroundings: Surroundings) {
    this.id = id;
    this.#surroundings = surroundings;
    const journal = new FaultyJournal(surroundings.journal, {
      nextFault: () => surroundings.nextFault(),
      pass: (label) => this.#pass(label),
      drift: (label) => surroundings.turn(`${id}: ${label}`),
    });
    this.hosts = new RoomHosts({
      nodeId: id,
      journal,
      registry: NO_REGISTRY,
      roomIndex: NO_INDEX,
      deadlineSweeper: NO_HOUSEKEEPER,
      media: NO_MEDIA,
      audiences: { forRoom: () => this.#audience() },
      clock: this.#clock(),
      logger: this.#logger(),
      newId: () => this.#newId(),
      random: () => 0.5,
      restore: async (roomId) => {
        const { state, position, recent } = await restore(journal, roomId);
        return new Replica(state, position, recent);
      },
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
      lifetimes: KEPT_FOR_EVER,
      roomBytes: Number.POSITIVE_INFINITY,
      idleMs: Number.POSITIVE_INFINITY,
      // The scheduler alone decides what happens between two commits.
      elapsed: () => 0,
    });
  }

  die(): void {
    this.#dead = true;
  }

  async #pass(label: string): Promise<void> {
    await this.#surroundings.turn(`${this.id}: ${label}`);
    if (this.#dead) await new Promise<never>(() => {});
  }

  #newId(): string {
    this.#ids += 1;
    return `${this.id}-${this.#ids}`;
  }

  #clock(): Clock {
    return {
      now: () => this.#surroundings.now(),
      setTimer: (afterMs, run) => {
        let cancelled = false;
        void this.#pass('timer').then(() => {
          this.#surroundings.wait(afterMs);
          if (!cancelled) run();
        });
        return () => {
          cancelled = true;
        };
      },
    };
  }

  #logger(): Logger {
    const logger: Logger = {
      child: () => logger,
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (fields) => this.#surroundings.failed(fields.err),
    };
    return logger;
  }

  #audience(): RoomAudience {
    let startsOver = false;
    return {
      committed: (commit, _before, after) => {
        this.told.push({ commit, after, startsOver });
        startsOver = false;
      },
      serves: () => false,
      rebuilt: () => {
        startsOver = true;
      },
      consumersOpened: () => Promise.resolve({ tellsShown: false }),
      consumersClosed: () => {},
      consumersPaused: () => {},
      layersWanted: () => {},
      activeSpeakersChanged: () => {},
      connectionQualityChanged: () => {},
      reencodingChanged: () => {},
      mediaLost: () => {},
    };
  }
}

// The model is about the record: it has no media, and index and registry are silent.

const NO_REGISTRY: Pick<NodeRegistry, 'nodes' | 'claimRoom' | 'releaseRoom'> = {
  nodes: () => Promise.resolve([]),
  claimRoom: () => Promise.resolve(),
  releaseRoom: () => Promise.resolve(),
};

const NO_INDEX: RoomIndex = {
  touch: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  list: () => Promise.resolve([]),
};

const NO_HOUSEKEEPER: DeadlineSweeper = { start: () => {}, stop: () => Promise.resolve() };
