import type { types } from 'mediasoup';
import type { NodeId, Track } from '../../room/state.ts';
import type { LiveTwin, RenditionPhase } from '../../view/mediaSteps.ts';
import { MediaProducer, type ProducerOwner } from '../producers/MediaProducer.ts';
import type { KnownOffer } from './KnownOffers.ts';

/** A producer that has its media from another node, through a pipe. */
export class TwinProducer extends MediaProducer implements LiveTwin {
  readonly origin: NodeId;
  readonly pipeId: string;
  phase: RenditionPhase;
  #cancelDrop: (() => void) | null = null;

  constructor(
    producer: types.Producer,
    track: Pick<Track, 'id' | 'source' | 'kind'>,
    owner: ProducerOwner,
    options: { readonly offer: KnownOffer; readonly pipeId: string; readonly waitsForViewers: boolean },
  ) {
    const { offer, pipeId, waitsForViewers } = options;
    super(producer, track, owner, { path: offer.phase === 'source' ? 'source' : 'reencoded', waitsForViewers });
    this.origin = offer.nodeId;
    this.pipeId = pipeId;
    this.phase = offer.phase;
    // The parameters of a pipe have no sizes.
    this.layers = offer.layers;
  }

  get dropping(): boolean {
    return this.#cancelDrop !== null;
  }

  /** `closeLater` closes it after a while and returns how to cancel that. */
  drop(closeLater: () => () => void): void {
    this.#cancelDrop ??= closeLater();
  }

  keep(): void {
    this.#cancelDrop?.();
    this.#cancelDrop = null;
  }
}
