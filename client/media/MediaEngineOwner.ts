import type { View } from '../../signaling/protocol/shapes.ts';
import type { MediaBlocked } from './MediaPathWatch.ts';
import type { RemoteTrack, RemoteTrackListener } from './RemoteTrack.ts';
import type { HotStandbyState } from './standby/HotStandby.ts';
import type { Through } from './through.ts';

export interface MediaEngineOwner extends RemoteTrackListener {
  readonly through: Through | undefined;
  view(): View | undefined;
  resumeToken(): string | undefined;
  /** Returns true if the room's record holds this track of ours: only then may its media be produced. */
  isPublished(trackId: string): boolean;
  /** Returns true if media of this track is expected: its publisher is there and not muted. */
  isLive(track: RemoteTrack): boolean;
  /** Whether the room's record says so. */
  isMuted(track: Pick<RemoteTrack, 'publisherId' | 'trackId'>): boolean;
  /** A track can now be received that could not be before. */
  subscribed(track: RemoteTrack): void;
  /** Media do not get through to the server, or, with null, do so again. */
  blocked(blocked: MediaBlocked | null): void;
  /** Media are connected; `process` tells the server's process from its successor at the same address. */
  connected(process: string | undefined): void;
  standbyChanged(state: HotStandbyState): void;
  /** Something went wrong and is being repaired. */
  trouble(reason: string): void;
}
