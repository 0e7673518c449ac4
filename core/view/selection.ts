import type { ParticipantId, TrackId } from '../room/state.ts';
import { firstOf } from './lastN.ts';
import type { Publications, PublishedTrack } from './publications.ts';
import type { ViewerView } from './view.ts';

/** Whoever is next in line for a place among the loudest is ready to be heard. */
export const SPARE_MICROPHONES = 4;
/** The most tracks that are open for a client that can show only what it was once sent. */
export const MOST_FOR_OLDER = 200;

/** What one viewer needs of a room's tracks. */
export interface Selection {
  /** It shows or hears them. */
  readonly wanted: ReadonlySet<PublishedTrack>;
  /** Those, and what is ready beside them, paused: a consumer that resumes flows after one round trip. */
  readonly open: ReadonlySet<PublishedTrack>;
  /** It wants nothing of these: their consumers close at once. */
  readonly declined?: ReadonlySet<TrackId>;
  /** Videos that it may show next: also what is on another node is ready here. */
  readonly near: ReadonlySet<PublishedTrack>;
  /** Any track of the room may be open. */
  readonly opensAll: boolean;
  /** More pictures are shown than fit the bounds: who spoke last decides. */
  readonly byRank: boolean;
}

/** A room whose tracks all fit in here has them all open for everybody. */
export function mostInSmallRooms(pageSize: number): number {
  return 2 * pageSize;
}

/**
 * Chooses the tracks of others that a viewer receives, and those that are ready. In a small room that is everything;
 * beyond it, what is ready is bounded by the page, whatever the room holds.
 */
export function selectionOf(viewerId: ParticipantId, view: ViewerView, publications: Publications): Selection {
  const selection = selectAll(viewerId, view, publications);
  if (!view?.declined?.size) return selection;
  const accepted = (tracks: ReadonlySet<PublishedTrack>): ReadonlySet<PublishedTrack> =>
    new Set([...tracks].filter(({ track }) => !view.declined?.has(track.id)));
  const { wanted, open, near } = selection;
  return {
    ...selection,
    ...{ wanted: accepted(wanted), open: accepted(open), near: accepted(near) },
    declined: view.declined,
  };
}

function selectAll(viewerId: ParticipantId, view: ViewerView, publications: Publications): Selection {
  const { tracks, bySource, counts, policy } = publications;
  const own = counts.get(viewerId) ?? 0;
  const cameras = picturesOf('camera', viewerId, view, publications);
  const screens = picturesOf('screen', viewerId, view, publications);
  const wanted = new Set([
    ...cameras.shown,
    ...firstOf(bySource.microphone, policy.loudestN, viewerId),
    ...screens.shown,
    ...firstOf(bySource.screenAudio, policy.lastScreens, viewerId),
  ]);
  const near = nearOf(viewerId, view, publications);
  const open = new Set(wanted);
  const byRank = cameras.byRank || screens.byRank;
  if (tracks.length - own <= mostInSmallRooms(policy.pageSize)) {
    for (const published of tracks) if (published.publisherId !== viewerId) open.add(published);
    return { wanted, open, near, byRank, opensAll: true };
  }
  if (view !== null && view.near === null) {
    for (const published of tracks) {
      if (open.size >= MOST_FOR_OLDER) break;
      if (published.publisherId !== viewerId) open.add(published);
    }
    return { wanted, open, near, byRank, opensAll: true };
  }
  const heard = policy.loudestN ?? Number.POSITIVE_INFINITY;
  for (const published of firstOf(bySource.microphone, heard + SPARE_MICROPHONES, viewerId)) open.add(published);
  for (const published of near) open.add(published);
  return { wanted, open, near, byRank, opensAll: false };
}

function nearOf(
  viewerId: ParticipantId,
  view: ViewerView,
  { byId, policy }: Publications,
): ReadonlySet<PublishedTrack> {
  const near = new Set<PublishedTrack>();
  for (const trackId of view?.near?.slice(0, policy.pageSize) ?? []) {
    const published = byId.get(trackId);
    if (published?.track.kind === 'video' && published.publisherId !== viewerId) near.add(published);
  }
  return near;
}

/** The pinned ones, and of the other visible ones those of the last speakers. */
function picturesOf(
  source: 'camera' | 'screen',
  viewerId: ParticipantId,
  view: ViewerView,
  { byId, bySource, policy }: Publications,
): { readonly shown: readonly PublishedTrack[]; readonly byRank: boolean } {
  const most = source === 'camera' ? policy.lastN : policy.lastScreens;
  if (view === null) return { shown: firstOf(bySource[source], most, viewerId), byRank: true };
  const pinned: PublishedTrack[] = [];
  const visible: PublishedTrack[] = [];
  for (const [trackId, tile] of view.tiles) {
    const published = byId.get(trackId);
    if (published?.track.source !== source || published.publisherId === viewerId) continue;
    (tile.pinned ? pinned : visible).push(published);
  }
  if (most === null || visible.length <= most) return { shown: [...pinned, ...visible], byRank: false };
  const among = new Set(visible);
  const ranked = bySource[source].filter((published) => among.has(published));
  return { shown: [...pinned, ...firstOf(ranked, most, viewerId)], byRank: true };
}
