import type { ParticipantId, TrackId } from '../room/state.ts';
import type { MediaPolicy } from './mediaSteps.ts';
import type { Publications, PublishedTrack } from './publications.ts';
import { mostInSmallRooms, SPARE_MICROPHONES } from './selection.ts';

/** What is different for viewers between two moments of a room. */
export interface Changes {
  /** It concerns everybody: the policy, or who is heard. */
  readonly all: boolean;
  /** Tracks that came, went or changed. */
  readonly tracks: ReadonlySet<TrackId>;
  /** The order of cameras or screens. */
  readonly ranks: boolean;
  /** Viewers whose own tracks changed what they are offered of the others'. */
  readonly publishers: ReadonlySet<ParticipantId>;
}

export function changesBetween(before: Publications, after: Publications): Changes {
  const tracks = new Set<TrackId>();
  const publishers = new Set<ParticipantId>();
  for (const published of after.tracks) {
    const known = before.byId.get(published.track.id);
    if (known?.content === published.content) continue;
    tracks.add(published.track.id);
    publishers.add(published.publisherId);
  }
  for (const { track, publisherId } of before.tracks) {
    if (after.byId.has(track.id)) continue;
    tracks.add(track.id);
    publishers.add(publisherId);
  }
  const microphones = [before.bySource.microphone, after.bySource.microphone] as const;
  const sounds = [before.bySource.screenAudio, after.bySource.screenAudio] as const;
  const all =
    !isSamePolicy(before.policy, after.policy) ||
    sizeOf(before) !== sizeOf(after) ||
    (sizeOf(after) === 'between' && tracks.size > 0) ||
    !sameOrder(...sounds) ||
    !sameMembers(...microphones, after.policy.loudestN) ||
    !sameMembers(...microphones, withSpare(after.policy.loudestN));
  if (!all && !sameOrder(...microphones)) {
    // Whoever has a microphone among these has the next one in its place.
    const most = (withSpare(after.policy.loudestN) ?? Number.POSITIVE_INFINITY) + 1;
    for (const list of microphones) for (const { publisherId } of list.slice(0, most)) publishers.add(publisherId);
  }
  const ranks =
    !sameOrder(before.bySource.camera, after.bySource.camera) ||
    !sameOrder(before.bySource.screen, after.bySource.screen);
  return { all, tracks, ranks, publishers };
}

function withSpare(loudestN: number | null): number | null {
  return loudestN === null ? null : loudestN + SPARE_MICROPHONES;
}

/** Between these, it depends on a viewer's own tracks whether the room is small. */
function sizeOf({ tracks, counts, policy }: Publications): 'small' | 'between' | 'large' {
  const most = mostInSmallRooms(policy.pageSize);
  if (tracks.length <= most) return 'small';
  return tracks.length - Math.max(0, ...counts.values()) > most ? 'large' : 'between';
}

function sameOrder(before: readonly PublishedTrack[], after: readonly PublishedTrack[]): boolean {
  return before.length === after.length && before.every(({ track }, index) => track.id === after[index]?.track.id);
}

/** Whether the first `n` are the same, in any order. */
function sameMembers(before: readonly PublishedTrack[], after: readonly PublishedTrack[], n: number | null): boolean {
  const most = n ?? Number.POSITIVE_INFINITY;
  const were = new Set(before.slice(0, most).map(({ track }) => track.id));
  const are = after.slice(0, most);
  return are.length === were.size && are.every(({ track }) => were.has(track.id));
}

function isSamePolicy(a: MediaPolicy, b: MediaPolicy): boolean {
  return (
    a.pageSize === b.pageSize && a.lastN === b.lastN && a.loudestN === b.loudestN && a.lastScreens === b.lastScreens
  );
}
