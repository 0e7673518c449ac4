import type { Track, TrackId } from '../room/state.ts';
import { layersForTile, lowestLayers } from './layers.ts';
import { leftOpen } from './leftOpen.ts';
import type { LiveProducer, LiveViewer, OfferedProducer, PreferredLayers } from './mediaSteps.ts';
import { priorityOf } from './priority.ts';
import type { Publications } from './publications.ts';
import { isSynced, lingeringOf, type Rendition, receivableOf, renditionFor } from './renditions.ts';
import type { Selection } from './selection.ts';
import type { ViewerView } from './view.ts';

/** What one viewer receives of one rendition of a track. */
export interface Subscription {
  readonly trackId: TrackId;
  readonly producer: LiveProducer;
  /** This viewer shows or hears it. A muted track is paused nonetheless. */
  readonly wanted: boolean;
  /** It may show it next. */
  readonly near: boolean;
  /** Of the renditions that are here this one is for this viewer. */
  readonly chosen: boolean;
  readonly paused: boolean;
  readonly synced: boolean;
  readonly preferredLayers: PreferredLayers | null;
  readonly priority: number;
}

/**
 * The selected tracks, and for a while those that were selected before; paused where this viewer does not need them.
 * One rendition of each track flows, two while a viewer moves. A viewer never receives its own tracks.
 */
export function subscriptionsOf(
  view: ViewerView,
  viewer: LiveViewer,
  selection: Selection,
  publications: Publications,
): Subscription[] {
  const subscriptions: Subscription[] = [];
  const open = [...selection.open, ...leftOpen(viewer, selection, publications)];
  for (const published of open.sort((a, b) => a.index - b.index)) {
    const { track, renditions } = published;
    if (renditions.length === 0) continue;
    const wanted = selection.wanted.has(published);
    const receivable = receivableOf(renditions, viewer);
    const chosen = renditionFor(receivable);
    const standsBy = viewer.standby && track.kind === 'video';
    const flows = wanted && !track.muted && (!standsBy || isForWhoStandsBy(chosen));
    const lingering = flows && !standsBy ? lingeringOf(receivable, chosen, viewer) : [];
    for (const rendition of receivable) {
      const { producer } = rendition;
      const current = viewer.consumers.get(producer.producerId);
      const preferredLayers = layersOf(track, producer, view, current?.preferredLayers ?? null);
      const priority = priorityOf(track.source, view?.tiles.get(track.id), producer.layers, preferredLayers);
      subscriptions.push({
        trackId: track.id,
        producer,
        wanted,
        near: selection.near.has(published),
        chosen: rendition === chosen,
        paused: !flows || (rendition !== chosen && !lingering.includes(rendition)),
        synced: isSynced(rendition, chosen, viewer),
        preferredLayers,
        // While two flow, the chosen one must get through on a narrow network too.
        priority: rendition === chosen && lingering.length > 0 ? priority + 1 : priority,
      });
    }
  }
  return subscriptions;
}

/**
 * Whoever stands by here gets pictures where their session is. What stands by, too, is open and silent: its publisher
 * sends pictures here once their place is lost. They wait for nobody, and go on while the others who lost that place
 * come one after the other.
 */
function isForWhoStandsBy(chosen: Rendition | null): boolean {
  return chosen?.phase === 'standby' || chosen?.producer.promotedLately === true;
}

/** What a viewer needs of a producer that another node offers. */
export interface Wish {
  readonly offer: OfferedProducer;
  readonly preferredLayers: PreferredLayers | null;
}

/**
 * The producers of other nodes that this viewer receives, or would if they were here; and those that are ready to be
 * heard, or shown next.
 */
export function wishesOf(view: ViewerView, viewer: LiveViewer, selection: Selection): Wish[] {
  const wishes: Wish[] = [];
  for (const published of selection.open) {
    const { track, offers } = published;
    if (offers.length === 0 || (viewer.standby && track.kind === 'video')) continue;
    const wanted = selection.wanted.has(published);
    if (track.source !== 'microphone' && !wanted && !selection.near.has(published)) continue;
    const offer = renditionFor(receivableOf(offers, viewer))?.producer;
    if (!offer) continue;
    const current = viewer.consumers.get(offer.producerId)?.preferredLayers ?? null;
    // What is only ready brings no layer of its own: its publisher sends what others show.
    wishes.push({ offer, preferredLayers: wanted ? layersOf(track, offer, view, current) : null });
  }
  return wishes;
}

function layersOf(
  track: Track,
  producer: Pick<LiveProducer, 'layers'>,
  view: ViewerView,
  current: PreferredLayers | null,
): PreferredLayers | null {
  if (track.kind === 'audio') return null;
  const tile = view?.tiles.get(track.id);
  if (tile) return layersForTile(tile, track.source, producer.layers, current);
  // A hidden track keeps its layers, so that it comes back unchanged.
  if (view !== null && current !== null) return current;
  return lowestLayers(producer.layers);
}
