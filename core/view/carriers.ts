import type { LiveMedia, LiveProducer, LiveReencoding, LiveViewer } from './mediaSteps.ts';

/** One way in which a track's media may reach a viewer: as its publisher sends it, or reencoded. */
export interface Carrier {
  readonly producer: LiveProducer;
  readonly phase: 'source' | LiveReencoding['phase'];
}

/** The source first, then its reencodings, oldest first. */
export function carriersOf(source: LiveProducer, reencodings: readonly LiveReencoding[] = []): readonly Carrier[] {
  return [{ producer: source, phase: 'source' }, ...reencodings];
}

export function receivableOf(carriers: readonly Carrier[], { refused }: LiveViewer): readonly Carrier[] {
  return refused.size === 0 ? carriers : carriers.filter(({ producer }) => !refused.has(producer.producerId));
}

/**
 * The one that a viewer who receives these is to get: the newest reencoding that is ready, else the source. Who cannot receive that
 * gets one that is to go, for as long as it is there.
 */
export function carrierFor(receivable: readonly Carrier[]): Carrier | null {
  for (const wanted of ['ready', 'source', 'leaving'] as const) {
    const found = receivable.findLast(({ phase }) => phase === wanted);
    if (found) return found;
  }
  return null;
}

/**
 * The carriers that flow to this viewer and go on although another one is chosen: until that one's first picture has arrived.
 * What has nothing to show any more is not among them.
 */
export function heldOverOf(
  receivable: readonly Carrier[],
  chosen: Carrier | null,
  viewer: LiveViewer,
): readonly Carrier[] {
  if (chosen && receivable.length === 1) return [];
  if (chosen && viewer.consumers.get(chosen.producer.producerId)?.flowing) return [];
  return receivable.filter((carrier) => {
    const isOpen = viewer.consumers.get(carrier.producer.producerId)?.paused === false;
    return carrier !== chosen && carrier.phase !== 'warming' && isOpen;
  });
}

/**
 * Whether this viewer's device is to play a carrier in sync with the publisher's sound: one video alone can be, and that is the
 * reencoded one as soon as it is shown. A source that a viewer has is opened anew for that once it is not shown; what is shown
 * is left as it is.
 */
export function isSynced(carrier: Carrier, chosen: Carrier | null, viewer: LiveViewer): boolean {
  if (carrier.phase !== 'source') return true;
  const current = viewer.consumers.get(carrier.producer.producerId);
  if (!current) return carrier === chosen;
  if (carrier === chosen || chosen === null) return current.synced;
  return current.synced && viewer.consumers.get(chosen.producer.producerId)?.flowing !== true;
}

/** Every producer of this node's media. */
export function* producersOf(live: Pick<LiveMedia, 'producers' | 'reencodings'>): Iterable<LiveProducer> {
  yield* live.producers.values();
  for (const reencodings of live.reencodings.values()) {
    for (const { producer } of reencodings) yield producer;
  }
}
