import type { ParticipantId, ReencodingPolicy, RoomState, Track, TrackId } from '../room/state.ts';
import type { LiveMedia, LiveViewer, ProducerId, ReencodedCodec } from './mediaSteps.ts';

/**
 * People come and go: a reencoded track stays reencoded until it has fewer viewers than this share of the policy's
 * number.
 */
const STAYS_ABOVE = 0.8;

/**
 * Returns the tracks of this node to reencode now, with their codec. `before` is the last result.
 *
 * The host's wish for a track counts first. Without one, a camera or screen is reencoded if the room's policy is `on`,
 * or if it is `auto` and either more people than its number are there or somebody's device cannot receive what the
 * publisher sends. Muted tracks stay reencoded. The codec is VP8, or H264 if more of the viewers here receive that; it
 * does not change while the track is reencoded. A room gets at most `most`, so that no room takes all sidecars: those
 * that are reencoded come first, then those that a host chose, then the oldest.
 */
export function planReencoding(
  room: RoomState,
  live: Pick<LiveMedia, 'producers' | 'viewers'> & {
    /** Whether somebody's device on another node cannot receive this producer. */
    readonly isUnreceivableElsewhere?: (producerId: ProducerId) => boolean;
  },
  before: ReadonlyMap<TrackId, ReencodedCodec>,
  most = Number.POSITIVE_INFINITY,
): Map<TrackId, ReencodedCodec> {
  const wanted: { readonly track: Track; readonly codec: ReencodedCodec }[] = [];
  if (room.status !== 'open') return new Map();
  const policy = room.settings.reencoding;
  const connected = [...room.participants.values()].filter((participant) => participant.connected).length;
  for (const { id, connected: isConnected, tracks } of room.participants.values()) {
    for (const track of tracks.values()) {
      // Most rooms want no reencoding: skip the look at their viewers.
      if (!(track.reencoding ?? policy.mode !== 'off')) continue;
      const source = live.producers.get(track.id);
      if (track.kind !== 'video' || source?.participantId !== id || source.codec === null) continue;
      const viewers = viewersOf(id, live);
      const others = isConnected ? connected - 1 : connected;
      const isReencoded = before.has(track.id);
      const isUnreceivable = (): boolean =>
        viewers.some(({ undecodable }) => undecodable.has(source.producerId)) ||
        live.isUnreceivableElsewhere?.(source.producerId) === true;
      if (!isToBeReencoded(track, policy, { isUnreceivable, others, isReencoded })) continue;
      wanted.push({ track, codec: before.get(track.id) ?? codecFor(viewers) });
    }
  }
  const rank = ({ id, reencoding }: Track): number => (before.has(id) ? 0 : reencoding ? 1 : 2);
  wanted.sort((a, b) => rank(a.track) - rank(b.track));
  return new Map(wanted.slice(0, most).map(({ track, codec }) => [track.id, codec]));
}

interface Audience {
  /** Whether somebody's device cannot receive what the publisher sends. */
  readonly isUnreceivable: () => boolean;
  /** Connected participants on all nodes, without the track's publisher. */
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
      const { isUnreceivable, others, isReencoded } = audience;
      if (isUnreceivable()) return true;
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
