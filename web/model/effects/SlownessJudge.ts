const SECOND_MS = 1_000;
/** Seconds in a row that are too slow: a single one may be that of another program. */
const SLOW_SECONDS = 4;
/** After a longer break, such as that of a page that was stopped, nothing is known of the time between. */
const BREAK_MS = 2_500;

/** Judges whether a device keeps up with work that never ends, such as that on each picture of a camera. */
export class SlownessJudge {
  #before = Number.NEGATIVE_INFINITY;
  #secondBegan = 0;
  #sum = 0;
  #count = 0;
  #slow = 0;

  /**
   * Returns whether the device has been too slow for some seconds. `share`: what the last piece of work took, as a part
   * of the time that there is for one; above 1 the work falls behind. `now` in ms.
   */
  judge(share: number, now: number): boolean {
    if (now - this.#before > BREAK_MS) {
      this.#slow = 0;
      this.#beginSecond(now);
    }
    this.#before = now;
    this.#sum += share;
    this.#count += 1;
    if (now - this.#secondBegan < SECOND_MS) return false;
    this.#slow = this.#sum / this.#count > 1 ? this.#slow + 1 : 0;
    this.#beginSecond(now);
    return this.#slow >= SLOW_SECONDS;
  }

  #beginSecond(now: number): void {
    this.#secondBegan = now;
    this.#sum = 0;
    this.#count = 0;
  }
}
