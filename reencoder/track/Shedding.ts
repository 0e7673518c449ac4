const WINDOW_MS = 500;
/** A window is pressed if more than this share of its pictures met a busy engine. */
const PRESSED_SHARE = 0.2;
const PRESSED_LATENCY_MS = 60;
/** A step is taken back after this much calm. */
const CALM_MS = 2_000;
/** If pressure returns this soon, the step was taken back too early. */
const RELAPSE_MS = 5_000;
const LONGEST_CALM_MS = 16_000;
/** A layer is given up, which its viewers see, only after this many pressed windows in a row. */
const WINDOWS_BEFORE_LAYERS = 2;
/** Pictures that the engine may hold at once, ROOMY with enough CPU and TIGHT without. */
const ROOMY = 2;
const TIGHT = 1;

/**
 * Decides what to give up when CPU is short, step by step, so that latency never grows: pictures that come while the
 * engine has one, then every second picture, then the highest layer that somebody watches, then every second picture of
 * the rest, and so on. Each step is taken back after a time of calm, which gets longer if it was taken back too early.
 */
export class Shedding {
  readonly #layers: number;
  readonly #halves: boolean;
  /**
   * 0: all is well; 1: tight; 2: half the rate; 3: without the highest layer, at the full rate; 4: the same at half the
   * rate; and so on.
   */
  #step = 0;
  #windowStartMs: number | null = null;
  #pictures = 0;
  #busy = 0;
  #latencies: number[] = [];
  #pressedWindows = 0;
  #calmSinceMs = 0;
  #easedAtMs = Number.NEGATIVE_INFINITY;
  #calmMs = CALM_MS;

  /** `halves`: the engine can leave out single pictures. If it cannot, the steps that halve the rate only wait. */
  constructor(layers: number, halves = true) {
    this.#layers = layers;
    this.#halves = halves;
  }

  get isActive(): boolean {
    return this.#step > 0;
  }

  /** Number of pictures that the engine may hold. */
  get limit(): number {
    return this.#step === 0 ? ROOMY : TIGHT;
  }

  /** Whether every second picture is left out. */
  get halvesRate(): boolean {
    return this.#halves && this.#step >= 2 && this.#step % 2 === 0;
  }

  /**
   * The highest layer that there is CPU for. It does not depend on what viewers watch, because that follows from it and
   * must not change it.
   */
  get highestLayer(): number {
    return this.#layers - 1 - Math.max(0, Math.floor((this.#step - 1) / 2));
  }

  /**
   * Call it for each frame that comes, with whether the engine is busy with earlier ones and the highest layer that is
   * encoded (-1 for none).
   */
  picture(nowMs: number, engineIsBusy: boolean, highestOn: number): void {
    this.#pictures += 1;
    if (engineIsBusy) this.#busy += 1;
    this.#windowStartMs ??= nowMs;
    if (nowMs - this.#windowStartMs >= WINDOW_MS) this.#review(nowMs, highestOn);
  }

  latency(ms: number): void {
    this.#latencies.push(ms);
  }

  #review(nowMs: number, highestOn: number): void {
    const pressed = this.#busy > PRESSED_SHARE * this.#pictures || medianOf(this.#latencies) > PRESSED_LATENCY_MS;
    this.#windowStartMs = nowMs;
    this.#pictures = 0;
    this.#busy = 0;
    this.#latencies = [];
    if (pressed) {
      this.#calmMs = nowMs - this.#easedAtMs < RELAPSE_MS ? Math.min(this.#calmMs * 2, LONGEST_CALM_MS) : this.#calmMs;
      this.#easedAtMs = Number.NEGATIVE_INFINITY;
      this.#calmSinceMs = nowMs;
      this.#pressedWindows += 1;
      if (this.#step >= 2 && this.#pressedWindows < WINDOWS_BEFORE_LAYERS) return;
      this.#pressedWindows = 0;
      // The layer that was given up last is still encoded, so its effect is not known yet.
      if (highestOn > this.highestLayer) return;
      this.#step = this.#nextStep(highestOn);
      return;
    }
    this.#pressedWindows = 0;
    if (this.#step > 0 && nowMs - this.#calmSinceMs >= this.#calmMs) {
      this.#step -= 1;
      this.#calmSinceMs = nowMs;
      // The last step back held.
      if (Number.isFinite(this.#easedAtMs)) this.#calmMs = Math.max(CALM_MS, this.#calmMs / 2);
      this.#easedAtMs = nowMs;
    }
  }

  #nextStep(highestOn: number): number {
    if (this.#step < 2 || this.#step % 2 === 1) return this.#step + 1;
    // The lowest layer always stays, at half its rate.
    if (highestOn <= 0) return this.#step;
    // Skip layers that nobody watches: they take no CPU that could be saved.
    return 2 * (this.#layers - highestOn) + 1;
  }
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
