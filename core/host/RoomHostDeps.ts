import type { RoomFiles } from '../files/RoomFiles.ts';
import type { MediaPlane } from '../media/MediaPlane.ts';
import type { Clock, Journal, Logger } from '../ports.ts';
import type { NodeId, RoomId } from '../room/state.ts';
import type { Replica } from './Replica.ts';
import type { RoomAudience } from './RoomAudience.ts';

/** What a room on a node needs; `Host` is `RoomHost`. */
export interface RoomHostDeps<Host> {
  readonly nodeId: NodeId;
  readonly journal: Journal;
  readonly media: MediaPlane;
  readonly audience: RoomAudience;
  /** Left out where people share no files. */
  readonly files?: RoomFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  /** How many bytes a room may hold, without its people; see `mostBytes`. */
  readonly roomBytes: number;
  /** From 0 up to 1; `Math.random` by default. */
  readonly random?: () => number;
  /**
   * Returns the room as the journal has it now.
   * @throws Unavailable when the journal does not answer
   */
  readonly restore: (roomId: RoomId) => Promise<Replica>;
  /** How long a command may wait for the journal before it is refused as Unavailable. */
  readonly commandTimeoutMs: number;
  /** Monotonic ms, by which long work is cut into slices; `performance.now` if not given. */
  readonly elapsed?: () => number;
  /** Commits were accepted: the room index may have to change. */
  readonly onAccepted: (host: Host) => void;
  /** The room cannot go on: this program does not understand a commit, or an invariant is broken. */
  readonly onFailed: (host: Host, error: unknown) => void;
}
