import type { EngineName, TrackStats } from '../../reencoding/messages.ts';
import type { RoomId, TrackId } from '../../room/state.ts';
import type { LiveReencoding } from '../../view/mediaSteps.ts';

/** What sidecars do for this node now, and totals since the node started. */
export interface ReencodingStats {
  readonly tracks: readonly {
    readonly roomId: RoomId;
    readonly trackId: TrackId;
    readonly sidecarId: string;
    /** The sidecar's engine. */
    readonly engine: EngineName;
    readonly phase: LiveReencoding['phase'];
    /** The sidecar's latest; null before the first. */
    readonly stats: TrackStats | null;
  }[];
  /** How often a sidecar took a track up. */
  readonly attachments: number;
  /** How often viewers went back to a source because the sidecar's media failed. */
  readonly fallbacks: number;
  /** How often a viewer moved from one rendition of a track to another while both flowed. */
  readonly switches: number;
  readonly keyframeRequestsAbsorbed: number;
  readonly keyframeRequestsSent: number;
}

export type ReencodingCounter = Exclude<keyof ReencodingStats, 'tracks'>;

/** The stats of a node where nothing is reencoded. */
export const NO_REENCODING: ReencodingStats = {
  tracks: [],
  attachments: 0,
  fallbacks: 0,
  switches: 0,
  keyframeRequestsAbsorbed: 0,
  keyframeRequestsSent: 0,
};
