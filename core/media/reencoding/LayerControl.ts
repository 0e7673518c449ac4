import { type LayerDemand, type LayerTarget, layerTargets } from '../../view/layerTargets.ts';

/**
 * mediasoup sends no layer that has flowed for less than two seconds while a lower one does, so layers stay on for a
 * while.
 */
const LOWER_AFTER_MS = 5_000;

/** The targets of one reencoded track's layers: layers turn on at once and off after a while. */
export class LayerControl {
  readonly #wantedAt: number[];
  #targets: readonly LayerTarget[];

  constructor(nominals: readonly number[], demands: readonly LayerDemand[], now: number) {
    this.#targets = layerTargets(demands, nominals, []);
    this.#wantedAt = nominals.map((_, layer) => (this.#targets[layer]?.active ? now : Number.NEGATIVE_INFINITY));
  }

  get targets(): readonly LayerTarget[] {
    return this.#targets;
  }

  /** Layers above `highestLayer` turn off as soon as nobody wants them. Returns whether the targets changed. */
  update(
    nominals: readonly number[],
    demands: readonly LayerDemand[],
    now: number,
    highestLayer = nominals.length - 1,
  ): boolean {
    const next = layerTargets(demands, nominals, this.#targets).map((target, layer) => {
      if (target.active) this.#wantedAt[layer] = now;
      if (layer > highestLayer) return target;
      return { ...target, active: now - (this.#wantedAt[layer] ?? now) < LOWER_AFTER_MS };
    });
    const changed = next.some(({ active, bitrateBps }, layer) => {
      const before = this.#targets[layer];
      return active !== before?.active || bitrateBps !== before.bitrateBps;
    });
    if (changed) this.#targets = next;
    return changed;
  }
}
