import type { LiveViewer } from './mediaSteps.ts';
import type { Publications, PublishedTrack } from './publications.ts';
import { mostInSmallRooms, type Selection } from './selection.ts';

/**
 * Returns the tracks that a viewer no longer needs and whose consumers stay open, since people turn back a page. When
 * there are too many, the oldest close, several at a time. Each closes after it has rested for long.
 */
export function leftOpen(viewer: LiveViewer, selection: Selection, publications: Publications): PublishedTrack[] {
  const since = new Map<PublishedTrack, number>();
  for (const { trackId, paused, pausedAt, rested } of viewer.consumers.values()) {
    const published = publications.byId.get(trackId);
    if (!published || selection.open.has(published) || rested || selection.declined?.has(trackId)) continue;
    since.set(published, Math.max(since.get(published) ?? 0, paused ? pausedAt : Number.POSITIVE_INFINITY));
  }
  const most = mostInSmallRooms(publications.policy.pageSize);
  const newestFirst = [...since].sort(([a, one], [b, other]) => (one === other ? a.index - b.index : other - one));
  const kept = newestFirst.length > most ? newestFirst.slice(0, publications.policy.pageSize) : newestFirst;
  return kept.map(([published]) => published);
}
