import type {
  LiveMedia,
  LiveProducer,
  LiveReencoding,
  LiveViewer,
  OfferedProducer,
  RenditionPhase,
} from './mediaSteps.ts';

/**
 * A rendition that is on this node. standby: as the publisher would send it here if its session's place were lost.
 */
export interface Rendition {
  readonly producer: LiveProducer;
  readonly phase: RenditionPhase | 'standby';
}

/** A rendition that is on another node. */
export interface OfferedRendition {
  readonly producer: OfferedProducer;
  readonly phase: RenditionPhase;
}

/** The source first, then its reencodings, oldest first. */
export function renditionsOf(source: LiveProducer, reencodings: readonly LiveReencoding[] = []): readonly Rendition[] {
  return [{ producer: source, phase: 'source' }, ...reencodings];
}

export function receivableOf<R extends Rendition | OfferedRendition>(
  renditions: readonly R[],
  { undecodable }: LiveViewer,
): readonly R[] {
  return undecodable.size === 0
    ? renditions
    : renditions.filter(({ producer }) => !undecodable.has(producer.producerId));
}

/**
 * Picks the rendition to show: the newest ready reencoding, else the source, else a leaving reencoding (for a viewer
 * that cannot receive the source), else what stands by.
 */
export function renditionFor<R extends Rendition | OfferedRendition>(receivable: readonly R[]): R | null {
  for (const wanted of ['ready', 'source', 'leaving', 'standby'] as const) {
    const found = receivable.findLast(({ phase }) => phase === wanted);
    if (found) return found;
  }
  return null;
}

/**
 * The renditions that go on flowing to this viewer until the first picture of the chosen one has arrived. A warming
 * reencoding has nothing to show and is not among them.
 */
export function lingeringOf(
  receivable: readonly Rendition[],
  chosen: Rendition | null,
  viewer: LiveViewer,
): readonly Rendition[] {
  if (chosen && receivable.length === 1) return [];
  if (chosen && viewer.consumers.get(chosen.producer.producerId)?.flowing) return [];
  return receivable.filter((rendition) => {
    const isOpen = viewer.consumers.get(rendition.producer.producerId)?.paused === false;
    return rendition !== chosen && rendition.phase !== 'warming' && isOpen;
  });
}

/**
 * Whether the viewer's device plays this rendition in sync with the publisher's sound. Browsers lip-sync audio with one
 * video per stream: with the reencoded one once it is on screen. The source's consumer is reopened for that, but never
 * while visible.
 */
export function isSynced(rendition: Rendition, chosen: Rendition | null, viewer: LiveViewer): boolean {
  const current = viewer.consumers.get(rendition.producer.producerId);
  if (rendition.phase !== 'source' && rendition.phase !== 'standby') return current?.synced ?? true;
  if (!current) return rendition === chosen;
  if (rendition === chosen || chosen === null) return current.synced;
  return current.synced && viewer.consumers.get(chosen.producer.producerId)?.flowing !== true;
}

/** All producers: of sources, of reencodings, those that stand by, and those from other nodes. */
export function* producersOf(
  live: Pick<LiveMedia, 'producers' | 'standbys' | 'reencodings' | 'twins'>,
): Iterable<LiveProducer> {
  yield* live.producers.values();
  yield* live.standbys.values();
  for (const twins of live.twins.values()) yield* twins;
  for (const reencodings of live.reencodings.values()) {
    for (const { producer } of reencodings) yield producer;
  }
}
