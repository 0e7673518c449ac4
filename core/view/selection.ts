import type { ParticipantId } from '../room/state.ts';
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
  const { tracks, byId, bySource, counts, policy } = publications;
  const own = counts.get(viewerId) ?? 0;
  const wanted = new Set([
    ...camerasOf(viewerId, view, publications),
    ...firstOf(bySource.microphone, policy.loudestN, viewerId),
    ...bySource.screen.filter(({ track, publisherId }) => publisherId !== viewerId && isShown(view, track.id)),
    ...bySource.screenAudio.filter(({ publisherId }) => publisherId !== viewerId),
  ]);
  const open = new Set(wanted);
  if (tracks.length - own <= mostInSmallRooms(policy.pageSize)) {
    for (const published of tracks) if (published.publisherId !== viewerId) open.add(published);
    return { wanted, open };
  }
  if (view !== null && view.near === null) {
    for (const published of tracks) {
      if (open.size >= MOST_FOR_OLDER) break;
      if (published.publisherId !== viewerId) open.add(published);
    }
    return { wanted, open };
  }
  const heard = policy.loudestN ?? Number.POSITIVE_INFINITY;
  for (const published of firstOf(bySource.microphone, heard + SPARE_MICROPHONES, viewerId)) open.add(published);
  for (const trackId of view?.near?.slice(0, policy.pageSize) ?? []) {
    const published = byId.get(trackId);
    if (published?.track.kind === 'video' && published.publisherId !== viewerId) open.add(published);
  }
  return { wanted, open };
}

/** The pinned ones, and of the other visible ones those of the last speakers. */
function camerasOf(viewerId: ParticipantId, view: ViewerView, publications: Publications): readonly PublishedTrack[] {
  const { byId, bySource, policy } = publications;
  if (view === null) return firstOf(bySource.camera, policy.lastN, viewerId);
  const pinned: PublishedTrack[] = [];
  const visible: PublishedTrack[] = [];
  for (const [trackId, tile] of view.tiles) {
    const published = byId.get(trackId);
    if (published?.track.source !== 'camera' || published.publisherId === viewerId) continue;
    (tile.pinned ? pinned : visible).push(published);
  }
  if (policy.lastN === null || visible.length <= policy.lastN) return [...pinned, ...visible];
  const shown = new Set(visible);
  const byRank = bySource.camera.filter((published) => shown.has(published));
  return [...pinned, ...firstOf(byRank, policy.lastN, viewerId)];
}

function isShown(view: ViewerView, trackId: string): boolean {
  return view === null || view.tiles.has(trackId);
}
