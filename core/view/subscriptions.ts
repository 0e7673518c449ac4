import type { Participant, ParticipantId, RoomState, Track, TrackId } from '../room/state.ts';
import { isAmongLastN, lastN, type RankedPublishers } from './lastN.ts';
import { layersForTile, lowestLayers } from './layers.ts';
import type { LiveMedia, LiveProducer, LiveViewer, MediaPolicy, PreferredLayers } from './mediaSteps.ts';
import { priorityOf } from './priority.ts';
import type { ViewerView } from './view.ts';

/** What one viewer is to receive of one track. */
export interface Subscription {
  readonly trackId: TrackId;
  readonly producer: LiveProducer;
  /** Shown or heard by this viewer; a muted track is paused all the same. */
  readonly wanted: boolean;
  readonly paused: boolean;
  readonly preferredLayers: PreferredLayers | null;
  readonly priority: number;
}

interface PublishedTrack {
  readonly publisherId: ParticipantId;
  readonly track: Track;
  readonly producer: LiveProducer;
}

/** What is the same for all viewers of a room: the tracks that have media here, and who is among the last speakers. */
export interface Publications {
  readonly tracks: readonly PublishedTrack[];
  readonly cameras: RankedPublishers;
  readonly microphones: RankedPublishers;
}

export function publicationsOf(room: RoomState, live: LiveMedia, policy: MediaPolicy): Publications {
  const tracks: PublishedTrack[] = [];
  for (const participant of room.participants.values()) {
    for (const track of participant.tracks.values()) {
      const producer = live.producers.get(track.id);
      if (producer?.participantId === participant.id) tracks.push({ publisherId: participant.id, track, producer });
    }
  }
  return {
    tracks,
    cameras: lastN(publishersOf(room, 'camera'), live.recentSpeakers, policy.lastN),
    microphones: lastN(publishersOf(room, 'microphone'), live.recentSpeakers, policy.loudestN),
  };
}

/**
 * Everything the others publish, paused where this viewer does not need it: a resumed consumer is there in one round trip,
 * a new one takes a renegotiation. A viewer never receives its own tracks.
 */
export function subscriptionsOf(
  viewerId: ParticipantId,
  view: ViewerView,
  viewer: LiveViewer,
  publications: Publications,
): Subscription[] {
  const subscriptions: Subscription[] = [];
  for (const published of publications.tracks) {
    const { publisherId, track, producer } = published;
    if (publisherId === viewerId || viewer.refused.has(producer.producerId)) continue;
    const wanted = isWanted(published, viewerId, view, publications);
    const current = viewer.consumers.get(track.id);
    const currentLayers = current?.producerId === producer.producerId ? current.preferredLayers : null;
    const preferredLayers = layersOf(published, view, currentLayers);
    subscriptions.push({
      trackId: track.id,
      producer,
      wanted,
      paused: track.muted || !wanted,
      preferredLayers,
      priority: priorityOf(track.source, view?.get(track.id), producer.layers, preferredLayers),
    });
  }
  return subscriptions;
}

function isWanted(
  { publisherId, track }: PublishedTrack,
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
  { track, producer }: PublishedTrack,
  view: ViewerView,
  current: PreferredLayers | null,
): PreferredLayers | null {
  if (track.kind === 'audio') return null;
  const tile = view?.get(track.id);
  if (tile) return layersForTile(tile, track.source, producer.layers, current);
  // An invisible track keeps its layers, so that it comes back as it was.
  if (view !== null && current !== null) return current;
  return lowestLayers(producer.layers);
}

function publishersOf(room: RoomState, source: Track['source']): ParticipantId[] {
  const publishes = (participant: Participant): boolean =>
    [...participant.tracks.values()].some((track) => track.source === source);
  return [...room.participants.values()].filter(publishes).map((participant) => participant.id);
}
