import { REENCODED_LAYERS } from '../../reencoding/messages.ts';
import type { ParticipantId, TrackId } from '../../room/state.ts';
import { type LayerDemand, nominalBitratesOf } from '../../view/layerTargets.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';
import type { ViewerConsumer } from '../viewers/ViewerConsumer.ts';

interface DemandScene {
  readonly viewers: ReadonlyMap<ParticipantId, ParticipantMedia>;
  readonly sources: ReadonlyMap<TrackId, MediaProducer>;
  estimateOf(viewer: ParticipantMedia): number | null;
  /** The layers of this producer that other nodes' viewers want. */
  wantedElsewhere(producerId: string): readonly number[];
}

/** What each viewer of this track, through any rendition, needs of its reencoded layers. */
export function demandsOn(trackId: TrackId, producer: MediaProducer | null, scene: DemandScene): LayerDemand[] {
  const demands: LayerDemand[] = [];
  for (const viewer of scene.viewers.values()) {
    const consumers = [...viewer.consumers.values()];
    const watching = consumers.find((consumer) => consumer.trackId === trackId && !consumer.paused);
    if (!watching) continue;
    const own = producer && viewer.consumers.get(producer.producerId);
    const preferredLayer = reencodedLayerOf(own ?? watching, scene);
    const currentLayer = own?.currentLayer ?? null;
    demands.push({ preferredLayer, currentLayer, shareBps: shareOf(viewer, trackId, preferredLayer, scene) });
  }
  return [...demands, ...demandsElsewhere(trackId, producer, scene)];
}

/** Other nodes say what their viewers want, and not which bandwidth these have. */
function demandsElsewhere(trackId: TrackId, producer: MediaProducer | null, scene: DemandScene): LayerDemand[] {
  const watched = producer ?? scene.sources.get(trackId);
  if (!watched) return [];
  const { producerId } = watched;
  return scene.wantedElsewhere(producerId).map((spatialLayer) => {
    const preferredLayers = { spatialLayer, temporalLayer: 0 };
    const preferredLayer = reencodedLayerOf({ trackId, producerId, preferredLayers }, scene);
    return { preferredLayer, currentLayer: null, shareBps: null };
  });
}

/** Divides the estimate for the viewer's network among its videos, in proportion to what each would take in full. */
function shareOf(
  viewer: ParticipantMedia,
  trackId: TrackId,
  preferredLayer: number,
  scene: DemandScene,
): number | null {
  const estimateBps = scene.estimateOf(viewer);
  if (estimateBps === null) return null;
  const wishes = new Map([[trackId, wishBps(trackId, preferredLayer, scene)]]);
  for (const consumer of viewer.consumers.values()) {
    if (consumer.paused || !consumer.preferredLayers || wishes.has(consumer.trackId)) continue;
    wishes.set(consumer.trackId, wishBps(consumer.trackId, reencodedLayerOf(consumer, scene), scene));
  }
  const total = [...wishes.values()].reduce((sum, bps) => sum + bps, 0);
  return total === 0 ? estimateBps : (estimateBps * (wishes.get(trackId) ?? 0)) / total;
}

/** A source with fewer layers lacks the low ones. */
function reencodedLayerOf(
  { trackId, producerId, preferredLayers }: Pick<ViewerConsumer, 'trackId' | 'producerId' | 'preferredLayers'>,
  { sources }: DemandScene,
): number {
  const source = sources.get(trackId);
  const spatialLayer = preferredLayers?.spatialLayer ?? 0;
  if (source?.producerId !== producerId) return spatialLayer;
  return Math.max(0, spatialLayer + REENCODED_LAYERS - source.layers.heights.length);
}

function wishBps(trackId: TrackId, layer: number, { sources }: DemandScene): number {
  const nominals = nominalBitratesOf(sources.get(trackId)?.track.source ?? 'camera');
  return nominals[Math.min(layer, nominals.length - 1)] ?? 0;
}
