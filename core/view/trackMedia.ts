import type { NodeId, Participant, TrackId } from '../room/state.ts';
import type { LiveMedia, LiveTwin, OfferedProducer } from './mediaSteps.ts';
import { type OfferedRendition, type Rendition, renditionsOf } from './renditions.ts';

/** Where one track's media are. */
export interface TrackMedia {
  /**
   * The renditions on this node, also what stands by. Those that another place of the publisher replaced are leaving.
   */
  readonly here: readonly Rendition[];
  /** What the node offers that this one gets the track from; empty if it is published here, or about to be. */
  readonly elsewhere: readonly OfferedRendition[];
}

/**
 * A producer of this node wins over those of others. Among those the node that the record names for the publisher wins:
 * somebody who moves has producers on two nodes for a while.
 */
export function trackMediaOf(publisher: Participant, trackId: TrackId, live: LiveMedia): TrackMedia {
  const isOwn = ({ participantId }: { participantId: string }): boolean => participantId === publisher.id;
  const local = live.producers.get(trackId);
  const twins = (live.twins.get(trackId) ?? []).filter(isOwn);
  const standby = live.standbys.get(trackId);
  const ready: Rendition[] = standby && isOwn(standby) ? [{ producer: standby, phase: 'standby' }] : [];
  if (local && isOwn(local)) {
    const renditions = renditionsOf(local, live.reencodings.get(trackId));
    return { here: [...renditions, ...twins.map(asLeaving), ...ready], elsewhere: [] };
  }
  // A standby here sends this sound directly: it goes on when the node of the publisher's session dies.
  if (standby && ready.length > 0 && publisher.tracks.get(trackId)?.kind === 'audio') {
    return { here: [{ producer: standby, phase: 'source' }, ...twins.map(asLeaving)], elsewhere: [] };
  }
  const offers = (live.offers.get(trackId) ?? []).filter(isOwn);
  const origin = originOf(publisher.nodeId, twins, offers);
  const piped = twins.map((twin) => (twin.origin === origin ? { producer: twin, phase: twin.phase } : asLeaving(twin)));
  // Whoever has the session here is about to send here. What their former node has is of use only if it came before.
  const isNeeded = publisher.nodeId !== live.nodeId || twins.some((twin) => twin.origin === origin);
  const needed = isNeeded ? offers.filter(({ nodeId }) => nodeId === origin) : [];
  return { here: [...piped, ...ready], elsewhere: needed.map((offer) => ({ producer: offer, phase: offer.phase })) };
}

function originOf(
  recorded: NodeId,
  twins: readonly LiveTwin[],
  offers: readonly OfferedProducer[],
): NodeId | undefined {
  const piped = twins.map(({ origin }) => origin);
  const offering = offers.map(({ nodeId }) => nodeId);
  if (piped.includes(recorded) || offering.includes(recorded)) return recorded;
  return piped.find((nodeId) => offering.includes(nodeId)) ?? piped[0] ?? offering.toSorted()[0];
}

function asLeaving(twin: LiveTwin): Rendition {
  return { producer: twin, phase: 'leaving' };
}
