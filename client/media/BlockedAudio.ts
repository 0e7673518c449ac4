/** Elements that the browser plays only after a click. */
export class BlockedAudio {
  readonly #elements = new Set<HTMLMediaElement>();
  readonly #added: () => void;

  constructor(added: () => void) {
    this.#added = added;
  }

  get isEmpty(): boolean {
    return this.#elements.size === 0;
  }

  add(element: HTMLMediaElement): void {
    this.#elements.add(element);
    this.#added();
  }

  delete(element: HTMLMediaElement): void {
    this.#elements.delete(element);
  }

  /** Call it in a click handler. */
  async play(): Promise<void> {
    const elements = [...this.#elements];
    this.#elements.clear();
    await Promise.all(elements.map((element) => element.play()));
  }
}
