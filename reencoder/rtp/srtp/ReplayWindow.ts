/** As wide as the server's, because retransmissions come late. */
const WINDOW = 1_024;

/** Recognizes indexes that were seen before or are too old to know. */
export class ReplayWindow {
  readonly #seen = new Float64Array(WINDOW).fill(-1);
  #highest = -1;

  isNew(index: number): boolean {
    return index > this.#highest - WINDOW && this.#seen[index % WINDOW] !== index;
  }

  add(index: number): void {
    this.#seen[index % WINDOW] = index;
    this.#highest = Math.max(this.#highest, index);
  }
}
