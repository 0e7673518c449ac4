import type { Clock, Logger } from '../../core/ports.ts';
import type { SidecarDirectory, SidecarInfo } from '../../core/reencoding/ports.ts';
import type { NodeId, RoomId, TrackId } from '../../core/room/state.ts';
import type { ConnectedPeople } from '../connections/ConnectedPeople.ts';
import type { NotificationBody } from '../protocol/notifications.ts';

interface ReencodingStatusDeps {
  /** Null if nothing is reencoded here. */
  readonly directory: Pick<SidecarDirectory, 'sidecars'> | null;
  readonly connectedPeople: ConnectedPeople;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when reencoding became available or unavailable, or the reason changed: every room hears of it. */
  readonly changed: () => void;
}

type Status = NotificationBody<'reencodingStatus'>;

const REFRESH_MS = 2_000;
const START_ONE = 'No reencoder runs: start one with "npm run reencoder".';

/** Tells whether tracks can be reencoded now, and which are, as last read: answers never wait for the directory. */
export class ReencodingStatus {
  readonly #deps: ReencodingStatusDeps;
  readonly #tracks = new Map<RoomId, Map<NodeId, readonly TrackId[]>>();
  #emptyBefore: ReadonlySet<RoomId> = new Set();
  #sidecars: readonly SidecarInfo[] = [];
  #cancelRefresh: (() => void) | null = null;
  #stopped = false;

  constructor(deps: ReencodingStatusDeps) {
    this.#deps = deps;
  }

  /** Reads the directory now, and then again at intervals. */
  start(): void {
    this.#forgetEmptyRooms();
    void this.#refresh().finally(() => {
      if (!this.#stopped) this.#cancelRefresh = this.#deps.clock.setTimer(REFRESH_MS, () => this.start());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRefresh?.();
  }

  /** The sidecars as last read. */
  get sidecars(): readonly SidecarInfo[] {
    return this.#sidecars;
  }

  /** The status for the people of this room. */
  of(roomId: RoomId): Status {
    return { ...availabilityOf(this.#sidecars), trackIds: [...this.tracksOf(roomId)] };
  }

  /** Tracks of a room that viewers receive reencoded, on any of its nodes. */
  tracksOf(roomId: RoomId): readonly TrackId[] {
    return [...new Set([...(this.#tracks.get(roomId)?.values() ?? [])].flat())];
  }

  /** The same for the viewers on one node. */
  tracksAt(nodeId: NodeId, roomId: RoomId): readonly TrackId[] {
    return this.#tracks.get(roomId)?.get(nodeId) ?? [];
  }

  /** The rooms where viewers on this node receive tracks reencoded. */
  roomsAt(nodeId: NodeId): RoomId[] {
    return [...this.#tracks].filter(([, byNode]) => byNode.has(nodeId)).map(([roomId]) => roomId);
  }

  tracksChanged(nodeId: NodeId, roomId: RoomId, trackIds: readonly TrackId[]): void {
    const byNode = this.#tracks.get(roomId) ?? new Map<NodeId, readonly TrackId[]>();
    if (trackIds.length === 0) byNode.delete(nodeId);
    else byNode.set(nodeId, trackIds);
    if (byNode.size === 0) this.#tracks.delete(roomId);
    else this.#tracks.set(roomId, byNode);
  }

  async #refresh(): Promise<void> {
    const { changed, directory, logger } = this.#deps;
    if (!directory) return;
    const before = availabilityOf(this.#sidecars);
    try {
      this.#sidecars = await directory.sidecars();
    } catch (error) {
      // The last answer is the best guess, and rooms must not flicker.
      logger.debug({ err: error }, 'the list of sidecars is not up to date');
      return;
    }
    const after = availabilityOf(this.#sidecars);
    if (before.available !== after.available || before.reason !== after.reason) changed();
  }

  /**
   * Nobody reports that a room closed with its last participant. One who is just coming may not be seated yet, so a
   * room must be empty twice.
   */
  #forgetEmptyRooms(): void {
    const empty = [...this.#tracks.keys()].filter((roomId) => this.#deps.connectedPeople.seated(roomId).size === 0);
    for (const roomId of empty) if (this.#emptyBefore.has(roomId)) this.#tracks.delete(roomId);
    this.#emptyBefore = new Set(empty);
  }
}

/** Whether tracks can be reencoded; if not, or if some wait, what hinders them, and why in a sentence for operators. */
export type Availability = Required<Pick<Status, 'available' | 'hindrance' | 'reason'>>;

export function availabilityOf(sidecars: readonly SidecarInfo[]): Availability {
  const able = sidecars.filter(({ engine }) => engine !== null);
  const taking = able.filter(({ draining }) => !draining);
  if (taking.some(({ tracks, capacity }) => tracks < capacity)) {
    return { available: true, hindrance: null, reason: null };
  }
  if (taking.length > 0) {
    return { available: true, hindrance: 'allBusy', reason: 'All reencoders are at work: further tracks wait.' };
  }
  if (able.length > 0) return { available: false, hindrance: 'stopping', reason: 'The reencoder is being stopped.' };
  const lacking = sidecars.find(({ reason }) => reason !== null);
  if (lacking) return { available: false, hindrance: 'noEngine', reason: lacking.reason };
  return { available: false, hindrance: 'noneRuns', reason: START_ONE };
}
