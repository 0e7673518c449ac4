import type { Clock, Logger } from '../ports.ts';
import { bansToMove, breakoutDuties } from '../room/breakoutDuties.ts';
import type { NodeId, RoomId } from '../room/state.ts';
import type { RoomHost } from './RoomHost.ts';

interface Deps {
  readonly nodeId: NodeId;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly open: (roomId: RoomId) => Promise<RoomHost>;
}

/** A main room that is slow to open holds up its own breakout rooms, and takes one of these places. */
const MAINS_AT_ONCE = 16;

/**
 * Does in breakout rooms what the record of their main room asks for. Each node that has one open looks regularly, so
 * that no crash leaves people behind in it; a failure is logged, and the next look makes up for it.
 */
export class BreakoutRounds {
  readonly #deps: Deps;
  /** Breakout rooms to look at, by their main room. */
  readonly #waiting = new Map<RoomId, RoomHost[]>();
  readonly #underWay = new Map<RoomId, Promise<void>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Begins to look at those of these rooms that are breakout rooms. Does not wait for the end of it. */
  begin(rooms: readonly RoomHost[]): void {
    this.#waiting.clear();
    for (const room of rooms) {
      const { status, settings } = room.state;
      if (status !== 'open' || settings.breakoutOf === undefined) continue;
      const main = settings.breakoutOf.roomId;
      this.#waiting.set(main, [...(this.#waiting.get(main) ?? []), room]);
    }
    this.#beginNext();
  }

  /** Resolves when nothing is under way; what waits does not begin. */
  async stop(): Promise<void> {
    this.#waiting.clear();
    await Promise.all(this.#underWay.values());
  }

  #beginNext(): void {
    for (const [main, rooms] of this.#waiting) {
      if (this.#underWay.size >= MAINS_AT_ONCE) return;
      if (this.#underWay.has(main)) continue;
      this.#waiting.delete(main);
      const looking = this.#lookAfter(main, rooms).finally(() => {
        this.#underWay.delete(main);
        this.#beginNext();
      });
      this.#underWay.set(main, looking);
    }
  }

  async #lookAfter(mainId: RoomId, rooms: readonly RoomHost[]): Promise<void> {
    const { logger, open } = this.#deps;
    try {
      const main = await open(mainId);
      // What newer versions wrote into the record may matter.
      if (main.isReadOnly) return;
      await Promise.all(rooms.map((room) => this.#fulfil(room, main)));
    } catch (error) {
      logger.debug({ err: error, roomId: mainId }, 'the breakout rooms of a room were not looked after');
    }
  }

  async #fulfil(room: RoomHost, main: RoomHost): Promise<void> {
    await this.#moveBans(room, main);
    for (const duty of breakoutDuties(room.roomId, room.state, main.state)) await room.handle(this.#asNode(duty));
  }

  /** A main room that takes no more bans leaves them where they are. */
  async #moveBans(room: RoomHost, main: RoomHost): Promise<void> {
    try {
      for (const participantId of bansToMove(room.state, main.state)) {
        await main.handle(this.#asNode({ type: 'BanFromBreakout', participantId }));
        await room.handle(this.#asNode({ type: 'LiftMovedBan', participantId }));
      }
    } catch (error) {
      this.#deps.logger.debug({ err: error, roomId: room.roomId }, 'the bans of a breakout room were not moved');
    }
  }

  #asNode<Body extends object>(body: Body) {
    const { clock, newId, nodeId } = this.#deps;
    return { ...body, commandId: newId(), actor: { kind: 'node', nodeId }, now: clock.now() } as const;
  }
}
