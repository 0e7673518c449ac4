import type { LiveMedia, LiveProducer, LiveReencoding, LiveViewer } from './mediaSteps.ts';

/** One way in which a track's media may reach a viewer: as its publisher sends it, or reencoded. */
export interface Rendition {
  readonly producer: LiveProducer;
  readonly phase: 'source' | LiveReencoding['phase'];
}

/** The source first, then its reencodings, oldest first. */
export function renditionsOf(source: LiveProducer, reencodings: readonly LiveReencoding[] = []): readonly Rendition[] {
  return [{ producer: source, phase: 'source' }, ...reencodings];
}

export function receivableOf(renditions: readonly Rendition[], { undecodable }: LiveViewer): readonly Rendition[] {
  return undecodable.size === 0
    ? renditions
    : renditions.filter(({ producer }) => !undecodable.has(producer.producerId));
}

/**
 * The one that a viewer who receives these is to get: the newest reencoding that is ready, else the source. Who cannot receive that
 * gets one that is to go, for as long as it is there.
 */
export function renditionFor(receivable: readonly Rendition[]): Rendition | null {
  for (const wanted of ['ready', 'source', 'leaving'] as const) {
    const found = receivable.findLast(({ phase }) => phase === wanted);
    if (found) return found;
  }
  return null;
}

/**
 * The renditions that flow to this viewer and go on although another one is chosen: until that one's first picture has arrived.
 * What has nothing to show any more is not among them.
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
 * Whether this viewer's device is to play a rendition in sync with the publisher's sound: one video alone can be, and that is the
 * reencoded one as soon as it is shown. A source that a viewer has is opened anew for that once it is not shown; what is shown
 * is left as it is.
 */
export function isSynced(rendition: Rendition, chosen: Rendition | null, viewer: LiveViewer): boolean {
  if (rendition.phase !== 'source') return true;
  const current = viewer.consumers.get(rendition.producer.producerId);
  if (!current) return rendition === chosen;
  if (rendition === chosen || chosen === null) return current.synced;
  return current.synced && viewer.consumers.get(chosen.producer.producerId)?.flowing !== true;
}

/** Every producer of this node's media. */
export function* producersOf(live: Pick<LiveMedia, 'producers' | 'reencodings'>): Iterable<LiveProducer> {
  yield* live.producers.values();
  for (const reencodings of live.reencodings.values()) {
    for (const { producer } of reencodings) yield producer;
  }
}
