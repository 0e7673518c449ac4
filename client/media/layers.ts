/** A higher layer is needed at once; a wish for a lower one may pass: another page, a viewer who is just recovering. */
const LINGER_MS = 2_000;

/**
 * Decides which of a publisher's layers are encoded as viewers come and go. A layer starts as soon as anybody wants it
 * and stops when nobody has wanted it for a while. `apply` is called whenever `maxLayer` changes.
 */
export class WantedLayers {
  readonly #apply: () => void;
  #maxLayer = Number.POSITIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(apply: () => void) {
    this.#apply = apply;
  }

  /** The highest spatial layer to encode; -1 for none, infinite while nothing is known. */
  get maxLayer(): number {
    return this.#maxLayer;
  }

  want(maxLayer: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (maxLayer >= this.#maxLayer) this.#set(maxLayer);
    else this.#timer = setTimeout(() => this.#set(maxLayer), LINGER_MS);
  }

  /**
   * Starts over for new media on another node: its viewers have not said anything yet, so all layers are there for
   * them.
   */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#set(Number.POSITIVE_INFINITY);
  }

  #set(maxLayer: number): void {
    if (maxLayer === this.#maxLayer) return;
    this.#maxLayer = maxLayer;
    this.#apply();
  }
}
