import type { Participant, ParticipantId, RoomState, Track, TrackId } from '../room/state.ts';
import { isAmongLastN, lastN, type RankedPublishers } from './lastN.ts';
import { layersForTile, lowestLayers } from './layers.ts';
import type {
  LiveMedia,
  LiveProducer,
  LiveViewer,
  MediaPolicy,
  OfferedProducer,
  PreferredLayers,
} from './mediaSteps.ts';
import { priorityOf } from './priority.ts';
import {
  isSynced,
  lingeringOf,
  type OfferedRendition,
  type Rendition,
  receivableOf,
  renditionFor,
} from './renditions.ts';
import { trackMediaOf } from './trackMedia.ts';
import type { ViewerView } from './view.ts';

/** What one viewer receives of one rendition of a track. */
export interface Subscription {
  readonly trackId: TrackId;
  readonly producer: LiveProducer;
  /** This viewer shows or hears it. A muted track is paused nonetheless. */
  readonly wanted: boolean;
  /** Of the renditions that are here this one is for this viewer. */
  readonly chosen: boolean;
  readonly paused: boolean;
  readonly synced: boolean;
  readonly preferredLayers: PreferredLayers | null;
  readonly priority: number;
}

interface PublishedTrack {
  readonly publisherId: ParticipantId;
  readonly track: Track;
  /** The publisher's producer; null if the publisher has its session on another node. */
  readonly source: LiveProducer | null;
  /** The renditions on this node. */
  readonly renditions: readonly Rendition[];
}

interface TrackElsewhere {
  readonly publisherId: ParticipantId;
  readonly track: Track;
  readonly offers: readonly OfferedRendition[];
}

/** Data shared by all viewers of a room: the tracks with media here or on other nodes, and the last speakers. */
export interface Publications {
  readonly tracks: readonly PublishedTrack[];
  readonly elsewhere: readonly TrackElsewhere[];
  readonly cameras: RankedPublishers;
  readonly microphones: RankedPublishers;
}

export function publicationsOf(room: RoomState, live: LiveMedia, policy: MediaPolicy): Publications {
  const tracks: PublishedTrack[] = [];
  const elsewhere: TrackElsewhere[] = [];
  for (const participant of room.participants.values()) {
    for (const track of participant.tracks.values()) {
      const media = trackMediaOf(participant, track.id, live);
      const local = live.producers.get(track.id);
      const source = local?.participantId === participant.id ? local : null;
      const publisherId = participant.id;
      if (media.here.length > 0) tracks.push({ publisherId, track, source, renditions: media.here });
      if (media.elsewhere.length > 0) elsewhere.push({ publisherId, track, offers: media.elsewhere });
    }
  }
  return {
    tracks,
    elsewhere,
    cameras: lastN(publishersOf(room, 'camera'), live.recentSpeakers, policy.lastN),
    microphones: lastN(publishersOf(room, 'microphone'), live.recentSpeakers, policy.loudestN),
  };
}

/**
 * All tracks of the others, paused where this viewer does not need them: a resumed consumer flows after one round trip,
 * a new one takes a renegotiation. One rendition of each track flows, two while a viewer moves. A viewer never receives
 * its own tracks.
 */
export function subscriptionsOf(
  viewerId: ParticipantId,
  view: ViewerView,
  viewer: LiveViewer,
  publications: Publications,
): Subscription[] {
  const subscriptions: Subscription[] = [];
  for (const published of publications.tracks) {
    const { publisherId, track, renditions } = published;
    if (publisherId === viewerId) continue;
    const wanted = isWanted(published, viewerId, view, publications);
    const receivable = receivableOf(renditions, viewer);
    const chosen = renditionFor(receivable);
    const flows = wanted && !track.muted && !(viewer.standby && track.kind === 'video');
    const lingering = flows ? lingeringOf(receivable, chosen, viewer) : [];
    for (const rendition of receivable) {
      const { producer } = rendition;
      const current = viewer.consumers.get(producer.producerId);
      const preferredLayers = layersOf(track, producer, view, current?.preferredLayers ?? null);
      const priority = priorityOf(track.source, view?.get(track.id), producer.layers, preferredLayers);
      subscriptions.push({
        trackId: track.id,
        producer,
        wanted,
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

/** What a viewer needs of a producer that another node offers. */
export interface Wish {
  readonly offer: OfferedProducer;
  readonly preferredLayers: PreferredLayers | null;
}

/**
 * The producers of other nodes that this viewer receives, or would if they were here. Microphones are among them though
 * the viewer does not hear all: whoever is not listened to here would never be found to speak.
 */
export function wishesOf(
  viewerId: ParticipantId,
  view: ViewerView,
  viewer: LiveViewer,
  publications: Publications,
): Wish[] {
  return publications.elsewhere.flatMap(({ publisherId, track, offers }) => {
    if (publisherId === viewerId || (viewer.standby && track.kind === 'video')) return [];
    if (track.source !== 'microphone' && !isWanted({ publisherId, track }, viewerId, view, publications)) return [];
    const offer = renditionFor(receivableOf(offers, viewer))?.producer;
    if (!offer) return [];
    const current = viewer.consumers.get(offer.producerId)?.preferredLayers ?? null;
    return [{ offer, preferredLayers: layersOf(track, offer, view, current) }];
  });
}

function isWanted(
  { publisherId, track }: Pick<PublishedTrack, 'publisherId' | 'track'>,
  viewerId: ParticipantId,
  view: ViewerView,
  { cameras, microphones }: Publications,
): boolean {
  switch (track.source) {
    case 'microphone':
      return isAmongLastN(publisherId, viewerId, microphones);
    case 'screenAudio':
      return true;
    case 'screen':
      return view === null || view.has(track.id);
    case 'camera': {
      const tile = view?.get(track.id);
      if (view !== null && !tile) return false;
      return tile?.pinned === true || isAmongLastN(publisherId, viewerId, cameras);
    }
  }
}

function layersOf(
  track: Track,
  producer: Pick<LiveProducer, 'layers'>,
  view: ViewerView,
  current: PreferredLayers | null,
): PreferredLayers | null {
  if (track.kind === 'audio') return null;
  const tile = view?.get(track.id);
  if (tile) return layersForTile(tile, track.source, producer.layers, current);
  // A hidden track keeps its layers, so that it comes back unchanged.
  if (view !== null && current !== null) return current;
  return lowestLayers(producer.layers);
}

function publishersOf(room: RoomState, source: Track['source']): ParticipantId[] {
  const publishes = (participant: Participant): boolean =>
    [...participant.tracks.values()].some((track) => track.source === source);
  return [...room.participants.values()].filter(publishes).map((participant) => participant.id);
}
