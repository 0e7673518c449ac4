import type { ParticipantId, ReencodingPolicy, RoomState, Track, TrackId } from '../room/state.ts';
import type { LiveMedia, LiveViewer, ProducerId, ReencodedCodec } from './mediaSteps.ts';
import type { TrackAudience } from './trackAudience.ts';

/**
 * People come and go: a reencoded track stays reencoded until it has fewer viewers than this share of the policy's
 * number.
 */
const STAYS_ABOVE = 0.8;
/** With viewers who request keyframes all the time, this share of the policy's number is enough. */
const RESTLESS_SHARE = 0.5;
/**
 * A track that is reencoded gives its place up only to one that is watched by more than twice as many people, and by
 * more than four more: each change costs both audiences a keyframe.
 */
const STAYS_WITH = { factor: 2, more: 4 };

/**
 * Returns the tracks of this node to reencode now, with their codec. `before` is the last result.
 *
 * The host's wish for a track counts first. Without one, a camera or screen is reencoded if the room's policy is `on`,
 * or if it is `auto` and somebody's device cannot receive what the publisher sends, or more people than its number are
 * there; half of them are enough if they request keyframes all the time. Muted tracks stay reencoded. The codec is VP8,
 * or H264 if more of the viewers here receive that; it does not change while the track is reencoded.
 *
 * A room gets at most `most`, so that no room takes all sidecars: first those that a host chose, then those that
 * somebody's device cannot receive otherwise, then those that most people watch. Of two that are alike, the one that is
 * reencoded already stays.
 */
export function planReencoding(
  room: RoomState,
  live: Pick<LiveMedia, 'producers' | 'viewers'> & {
    /** Whether somebody's device on another node cannot receive this producer. */
    readonly isUnreceivableElsewhere?: (producerId: ProducerId) => boolean;
    /** What was measured of each track's audience. */
    readonly audiences?: ReadonlyMap<TrackId, Pick<TrackAudience, 'watching' | 'isRestless'>>;
  },
  before: ReadonlyMap<TrackId, ReencodedCodec>,
  most = Number.POSITIVE_INFINITY,
): Map<TrackId, ReencodedCodec> {
  const wanted: Wanted[] = [];
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
      const { watching = 0, isRestless = false } = live.audiences?.get(track.id) ?? {};
      if (!isToBeReencoded(track, policy, { isUnreceivable, others, isRestless, isReencoded })) continue;
      wanted.push({ track, viewers, isUnreceivable, watching, isReencoded });
    }
  }
  const chosen = wanted.length > most ? bestOf(wanted, most) : wanted;
  return new Map(chosen.map(({ track: { id }, viewers }) => [id, before.get(id) ?? codecFor(viewers)]));
}

/**
 * Whether it matters for the result who watches which track and how often viewers request keyframes. `videos`: number
 * of videos that are published on this node.
 */
export function needsAudience({ status, settings, participants }: RoomState, videos: number, most: number): boolean {
  const policy = settings.reencoding;
  if (status !== 'open' || policy.mode === 'off' || videos === 0) return false;
  if (policy.mode === 'on') return videos > most;
  return participants.size > policy.viewers * RESTLESS_SHARE * STAYS_ABOVE;
}

interface Wanted {
  readonly track: Track;
  readonly viewers: readonly LiveViewer[];
  readonly isUnreceivable: () => boolean;
  readonly watching: number;
  readonly isReencoded: boolean;
}

function bestOf(wanted: readonly Wanted[], most: number): Wanted[] {
  const ranked = wanted.map((one) => {
    const { track, watching, isReencoded } = one;
    const rank = track.reencoding ? 0 : one.isUnreceivable() ? 1 : 2;
    return { one, rank, weight: isReencoded ? STAYS_WITH.factor * watching + STAYS_WITH.more : watching };
  });
  // The sort is stable: of those that are alike, the oldest come first.
  ranked.sort((a, b) => a.rank - b.rank || b.weight - a.weight);
  return ranked.slice(0, most).map(({ one }) => one);
}

interface Audience {
  /** Whether somebody's device cannot receive what the publisher sends. */
  readonly isUnreceivable: () => boolean;
  /** Connected participants on all nodes, without the track's publisher. */
  readonly others: number;
  readonly isRestless: boolean;
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
      const { isUnreceivable, others, isRestless, isReencoded } = audience;
      if (isUnreceivable()) return true;
      const enough = policy.viewers * (isRestless ? RESTLESS_SHARE : 1);
      return isReencoded ? others >= enough * STAYS_ABOVE : others > enough;
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
