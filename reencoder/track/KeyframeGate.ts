/** `wanted`: the next picture has to be a keyframe. `asked`: the encoder has that picture. */
type Need = 'none' | 'wanted' | 'asked';

/**
 * Viewers' keyframe requests end here, with one state per layer. One keyframe answers all requests that come before it
 * leaves. A later request gets another keyframe, because its viewer may have missed the first packet of the last one.
 */
export class KeyframeGate {
  readonly #needs: Need[];
  #absorbed = 0;

  constructor(layers: number) {
    this.#needs = Array.from({ length: layers }, () => 'none' as const);
  }

  /** Number of PLI and FIR that ended here. */
  get absorbed(): number {
    return this.#absorbed;
  }

  requested(layer: number): void {
    if (this.#needs[layer] === undefined) return;
    this.#absorbed += 1;
    this.want(layer);
  }

  /** The layer was off, so no viewer has a picture that its next one could build on. */
  want(layer: number): void {
    if (this.#needs[layer] === 'none') this.#needs[layer] = 'wanted';
  }

  /** Returns whether the layer's next picture has to be a keyframe. The caller then asks the encoder for it. */
  ask(layer: number): boolean {
    if (this.#needs[layer] !== 'wanted') return false;
    this.#needs[layer] = 'asked';
    return true;
  }

  /** Returns whether somebody still waits for a keyframe of this layer. */
  isOpen(layer: number): boolean {
    return this.#needs[layer] !== undefined && this.#needs[layer] !== 'none';
  }

  sent(layer: number): void {
    if (this.#needs[layer] !== undefined) this.#needs[layer] = 'none';
  }
}
