import type { ParticipantId, ReencodingPolicy, RoomState, Track, TrackId } from '../room/state.ts';
import type { LiveMedia, LiveProducer, LiveViewer, ReencodedCodec } from './mediaSteps.ts';

/** Once reencoded, a track stays so until it has fewer viewers than this share of the policy's number: people come and go. */
const STAYS_ABOVE = 0.8;

/**
 * The tracks of this node that are to be reencoded now, and what viewers are to receive. `before` is what this gave last.
 *
 * A camera or screen is to be reencoded when the host wishes it for this track, or, unless the host wishes otherwise, when the
 * room's policy is `on`, or when it is `auto` and the others in the room are more than its number or somebody's device
 * cannot receive what the publisher sends. Muted tracks are, too: they come back as they were. The codec is VP8, but H264
 * when more of the viewers here receive that, and does not change while the track is reencoded.
 */
export function planReencoding(
  room: RoomState,
  live: Pick<LiveMedia, 'producers' | 'viewers'>,
  before: ReadonlyMap<TrackId, ReencodedCodec>,
): Map<TrackId, ReencodedCodec> {
  const wanted = new Map<TrackId, ReencodedCodec>();
  if (room.status !== 'open') return wanted;
  const policy = room.settings.reencoding;
  const connected = [...room.participants.values()].filter((participant) => participant.connected).length;
  for (const { id, connected: isConnected, tracks } of room.participants.values()) {
    for (const track of tracks.values()) {
      // Most rooms wish none of it, and their viewers need not be looked at.
      if (!(track.reencoding ?? policy.mode !== 'off')) continue;
      const source = live.producers.get(track.id);
      if (track.kind !== 'video' || source?.participantId !== id || source.codec === null) continue;
      const viewers = viewersOf(id, live);
      const others = isConnected ? connected - 1 : connected;
      const isReencoded = before.has(track.id);
      if (!isToBeReencoded(track, policy, { source, viewers, others, isReencoded })) continue;
      wanted.set(track.id, before.get(track.id) ?? codecFor(viewers));
    }
  }
  return wanted;
}

interface Audience {
  readonly source: LiveProducer;
  readonly viewers: readonly LiveViewer[];
  /** Connected participants on all nodes, its publisher not counted. */
  readonly others: number;
  readonly isReencoded: boolean;
}

function isToBeReencoded(track: Track, policy: ReencodingPolicy, audience: Audience): boolean {
  if (track.reencoding !== null) return track.reencoding;
  switch (policy.mode) {
    case 'off':
      return false;
    case 'on':
      return true;
    case 'auto': {
      const { source, viewers, others, isReencoded } = audience;
      if (viewers.some(({ undecodable }) => undecodable.has(source.producerId))) return true;
      return isReencoded ? others >= policy.viewers * STAYS_ABOVE : others > policy.viewers;
    }
  }
}

function codecFor(viewers: readonly LiveViewer[]): ReencodedCodec {
  const receiving = (codec: ReencodedCodec): number => viewers.filter(({ receives }) => receives.has(codec)).length;
  return receiving('H264') > receiving('VP8') ? 'H264' : 'VP8';
}

function viewersOf(publisherId: ParticipantId, { viewers }: Pick<LiveMedia, 'viewers'>): readonly LiveViewer[] {
  return [...viewers].flatMap(([viewerId, viewer]) => (viewerId === publisherId ? [] : [viewer]));
}
