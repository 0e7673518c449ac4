import type { ParticipantId, RoomState, Track, TrackId, TrackSource } from '../room/state.ts';
import { ranked } from './lastN.ts';
import type { LiveMedia, LiveProducer, MediaPolicy } from './mediaSteps.ts';
import type { OfferedRendition, Rendition } from './renditions.ts';
import { trackMediaOf } from './trackMedia.ts';

/** A track of the record, and its media here and on other nodes. */
export interface PublishedTrack {
  /** Its place in the record. */
  readonly index: number;
  readonly publisherId: ParticipantId;
  readonly track: Track;
  /** The publisher's producer; null if the publisher has its session on another node. */
  readonly source: LiveProducer | null;
  /** The renditions on this node. */
  readonly renditions: readonly Rendition[];
  /** What another node offers of it. */
  readonly offers: readonly OfferedRendition[];
  /** Everything of it that a viewer's subscription follows from: if that is the same, so is the subscription. */
  readonly content: string;
}

/** Data shared by all viewers of a room: its tracks, by source in the order of their claims to a place. */
export interface Publications {
  readonly tracks: readonly PublishedTrack[];
  readonly byId: ReadonlyMap<TrackId, PublishedTrack>;
  readonly bySource: Readonly<Record<TrackSource, readonly PublishedTrack[]>>;
  /** How many tracks each of the publishers has. */
  readonly counts: ReadonlyMap<ParticipantId, number>;
  readonly policy: MediaPolicy;
}

export function publicationsOf(room: RoomState, live: LiveMedia, policy: MediaPolicy): Publications {
  const tracks: PublishedTrack[] = [];
  const counts = new Map<ParticipantId, number>();
  const lists: Record<TrackSource, PublishedTrack[]> = { camera: [], microphone: [], screen: [], screenAudio: [] };
  for (const participant of room.participants.values()) {
    if (participant.tracks.size === 0) continue;
    const publisherId = participant.id;
    counts.set(publisherId, participant.tracks.size);
    for (const track of participant.tracks.values()) {
      const { here: renditions, elsewhere: offers } = trackMediaOf(participant, track.id, live);
      const local = live.producers.get(track.id);
      const source = local?.participantId === publisherId ? local : null;
      const content = contentOf(publisherId, track, renditions, offers);
      const published = { index: tracks.length, publisherId, track, source, renditions, offers, content };
      tracks.push(published);
      lists[track.source].push(published);
    }
  }
  return {
    tracks,
    byId: new Map(tracks.map((published) => [published.track.id, published])),
    bySource: {
      camera: ranked(lists.camera, live.recentSpeakers),
      microphone: ranked(lists.microphone, live.recentSpeakers),
      screen: ranked(lists.screen, live.recentSpeakers),
      screenAudio: ranked(lists.screenAudio, live.recentSpeakers),
    },
    counts,
    policy,
  };
}

function contentOf(
  publisherId: ParticipantId,
  { source, kind, muted }: Track,
  renditions: readonly Rendition[],
  offers: readonly OfferedRendition[],
): string {
  const parts = [publisherId, source, kind, muted ? 'muted' : ''];
  for (const { producer, phase } of renditions) {
    const { producerId, routerId, layers, promotedLately } = producer;
    if (promotedLately) parts.push('promoted lately');
    parts.push(producerId, routerId, phase, String(layers.heights), String(layers.temporalLayers));
  }
  for (const { producer, phase } of offers) {
    const { producerId, nodeId, layers } = producer;
    parts.push(producerId, nodeId, phase, String(layers.heights), String(layers.temporalLayers));
  }
  return parts.join('\n');
}
