/** `wanted`: with the next picture. `asked`: its picture is with the encoder. */
type Need = 'none' | 'wanted' | 'asked';

/**
 * Where viewers' keyframe requests end, one state a layer. All requests that come before the keyframe leaves are answered by it;
 * one that comes later is answered by another, because whoever asked may have missed the first packet of the one before.
 */
export class KeyframeGate {
  readonly #needs: Need[];
  #absorbed = 0;

  constructor(layers: number) {
    this.#needs = Array.from({ length: layers }, () => 'none' as const);
  }

  /** PLI and FIR that ended here. */
  get absorbed(): number {
    return this.#absorbed;
  }

  requested(layer: number): void {
    if (this.#needs[layer] === undefined) return;
    this.#absorbed += 1;
    this.want(layer);
  }

  /** The layer was off: nobody has a picture that its next one could build on. */
  want(layer: number): void {
    if (this.#needs[layer] === 'none') this.#needs[layer] = 'wanted';
  }

  /** Whether the layer's next picture is to be a keyframe; the encoder is taken to have been told. */
  ask(layer: number): boolean {
    if (this.#needs[layer] !== 'wanted') return false;
    this.#needs[layer] = 'asked';
    return true;
  }

  /** Whether somebody still waits for a keyframe of this layer. */
  isOpen(layer: number): boolean {
    return this.#needs[layer] !== undefined && this.#needs[layer] !== 'none';
  }

  sent(layer: number): void {
    if (this.#needs[layer] !== undefined) this.#needs[layer] = 'none';
  }
}
