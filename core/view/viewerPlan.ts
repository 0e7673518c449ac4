import type { ParticipantId, TrackId } from '../room/state.ts';
import { type Need, needOf, needOfWish } from './Demand.ts';
import type { ConsumerToOpen, LiveViewer, MediaStep, ProducerId } from './mediaSteps.ts';
import type { Publications } from './publications.ts';
import { selectionOf } from './selection.ts';
import { type Subscription, subscriptionsOf, wishesOf } from './subscriptions.ts';
import type { ViewerView } from './view.ts';

/** The steps that one viewer needs, what it needs of producers, and what all of that follows from. */
export interface ViewerPlan {
  readonly closing: readonly MediaStep[];
  readonly opening: readonly MediaStep[];
  readonly tuning: readonly MediaStep[];
  readonly needs: readonly Need[];
  readonly viewer: LiveViewer;
  readonly revision: number;
  readonly view: ViewerView;
  /** The tracks that it looked at, whether or not the room has them. */
  readonly looksAt: ReadonlySet<TrackId>;
  /** It may have any track of the room open. */
  readonly looksAtAll: boolean;
  /** More pictures are shown than fit the bounds: who spoke last decides. */
  readonly byRank: boolean;
}

const NONE: readonly MediaStep[] = [];

export function planViewer(
  viewerId: ParticipantId,
  viewer: LiveViewer,
  view: ViewerView,
  publications: Publications,
): ViewerPlan {
  const selection = selectionOf(viewerId, view, publications);
  const subscriptions = subscriptionsOf(view, viewer, selection, publications);
  const wishes = wishesOf(view, viewer, selection);
  const looksAt = new Set<TrackId>();
  for (const { track } of selection.open) looksAt.add(track.id);
  for (const { trackId } of viewer.consumers.values()) looksAt.add(trackId);
  for (const trackId of view?.tiles.keys() ?? []) looksAt.add(trackId);
  for (const trackId of view?.near?.slice(0, publications.policy.pageSize) ?? []) looksAt.add(trackId);
  return {
    ...stepsOf(viewerId, viewer, subscriptions),
    needs: [...subscriptions.map((subscription) => needOf(subscription, viewer)), ...wishes.map(needOfWish)],
    viewer,
    revision: viewer.revision,
    view,
    looksAt,
    looksAtAll: selection.opensAll,
    byRank: selection.byRank,
  };
}

function stepsOf(
  viewerId: ParticipantId,
  viewer: LiveViewer,
  subscriptions: readonly Subscription[],
): Pick<ViewerPlan, 'closing' | 'opening' | 'tuning'> {
  const wanted = new Set(subscriptions.map(({ producer }) => producer.producerId));
  const toClose = [...viewer.consumers.keys()].filter((producerId) => !wanted.has(producerId));
  const toPause: ProducerId[] = [];
  const toResume: ProducerId[] = [];
  const toOpen: ConsumerToOpen[] = [];
  const tuning: MediaStep[] = [];

  for (const { trackId, producer, paused, synced, preferredLayers, priority } of subscriptions) {
    const { producerId } = producer;
    const consumer = viewer.consumers.get(producerId);
    if (consumer?.synced !== synced) {
      if (consumer) toClose.push(producerId);
      toOpen.push({ trackId, producerId, paused, synced, preferredLayers, priority });
      continue;
    }
    if (paused && !consumer.paused) toPause.push(producerId);
    if (!paused && consumer.paused) toResume.push(producerId);
    if (preferredLayers && !sameLayers(preferredLayers, consumer.preferredLayers)) {
      tuning.push({ type: 'setPreferredLayers', viewerId, producerId, preferredLayers });
    }
    if (priority !== consumer.priority) tuning.push({ type: 'setPriority', viewerId, producerId, priority });
  }

  const closing: MediaStep[] = [];
  if (toClose.length > 0) closing.push({ type: 'closeConsumers', viewerId, producerIds: toClose });
  if (toPause.length > 0) closing.push({ type: 'pauseConsumers', viewerId, producerIds: toPause });
  if (toResume.length > 0) tuning.push({ type: 'resumeConsumers', viewerId, producerIds: toResume });
  return {
    closing: closing.length > 0 ? closing : NONE,
    opening: toOpen.length > 0 ? [{ type: 'openConsumers', viewerId, consumers: toOpen }] : NONE,
    tuning: tuning.length > 0 ? tuning : NONE,
  };
}

function sameLayers(a: Subscription['preferredLayers'], b: Subscription['preferredLayers']): boolean {
  return a?.spatialLayer === b?.spatialLayer && a?.temporalLayer === b?.temporalLayer;
}
