/** A sidecar that is silent for longer (four pulses) gets no viewers. */
const SILENT_AFTER_MS = 200;
/** This many frames in and none out, for this long, is a stall; less may be a hiccup. */
const STALLED_AFTER_FRAMES = 5;
const STALLED_AFTER_MS = 250;
/** How long a sidecar must be without fault before it gets viewers, the first time and after a fault. */
const FIRST_READY_AFTER_MS = 100;
const READY_AGAIN_AFTER_MS = 300;
/**
 * A sidecar that fails again within this time of its return waits twice as long for the next: viewers must not flap
 * with a machine that is short of CPU.
 */
const STEADY_AFTER_MS = 10_000;
const LONGEST_TRIAL_MS = 4_800;

/** What the node may expect of a sidecar now. */
export interface ExpectedFlow {
  /** Somebody watches some layer. */
  readonly anyLayerActive: boolean;
  /** The track is muted: no frame comes in. */
  readonly inputPaused: boolean;
}

/** Judges by a sidecar's pulses whether viewers can be shown its media. Times are in ms of any clock. */
export class PulseWatch {
  #ready = false;
  /** When it last became ready; null if never. */
  #readyAt: number | null = null;
  #trialMs = FIRST_READY_AFTER_MS;
  #expected: ExpectedFlow;
  /** Since when media do not get through; null while they do. */
  #pathCutSince: number | null = null;
  #lastPulseAt: number;
  #framesIn = 0;
  #framesOut = 0;
  #framesInSinceOutput = 0;
  #lastOutputAt: number;
  /** When the last fault ended, and the counters at that time. Null during a fault, and before the first pulse. */
  #wellSince: { readonly at: number; readonly framesIn: number; readonly framesOut: number } | null = null;

  constructor(now: number, expected: ExpectedFlow) {
    this.#lastPulseAt = now;
    this.#lastOutputAt = now;
    this.#expected = expected;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get framesIn(): number {
    return this.#framesIn;
  }

  get framesOut(): number {
    return this.#framesOut;
  }

  /** Returns for how long it has been silent or out of reach. */
  lostForMs(now: number): number {
    return now - Math.min(this.#lastPulseAt, this.#pathCutSince ?? now);
  }

  expect(now: number, expected: ExpectedFlow): void {
    const { anyLayerActive, inputPaused } = this.#expected;
    if (anyLayerActive === expected.anyLayerActive && inputPaused === expected.inputPaused) return;
    this.#expected = expected;
    // The sidecar needs time to follow new targets.
    this.#restartOutput(now);
  }

  /** The pulses count what the sidecar sends; this says whether media get through. */
  setPath(now: number, isOpen: boolean): void {
    this.#pathCutSince = isOpen ? null : (this.#pathCutSince ?? now);
  }

  pulse(now: number, framesIn: number, framesOut: readonly number[]): void {
    const out = framesOut.reduce((sum, frames) => sum + frames, 0);
    this.#lastPulseAt = now;
    if (out > this.#framesOut) this.#restartOutput(now);
    else this.#framesInSinceOutput += Math.max(0, framesIn - this.#framesIn);
    this.#framesIn = framesIn;
    this.#framesOut = out;
    this.#wellSince ??= { at: now, framesIn, framesOut: out };
    this.check(now);
  }

  /** Time has passed. Returns whether `ready` changed. */
  check(now: number): boolean {
    const before = this.#ready;
    if (this.#isFaulty(now)) {
      if (this.#ready) this.#trialMs = this.#nextTrialMs(now);
      this.#ready = false;
      this.#wellSince = null;
    } else if (!this.#ready && this.#wellSince && this.#flows(this.#wellSince)) {
      this.#ready = now - this.#wellSince.at >= this.#trialMs;
      if (this.#ready) this.#readyAt = now;
    }
    return this.#ready !== before;
  }

  #nextTrialMs(now: number): number {
    const wasSteady = this.#readyAt === null || now - this.#readyAt >= STEADY_AFTER_MS;
    if (wasSteady || this.#trialMs < READY_AGAIN_AFTER_MS) return READY_AGAIN_AFTER_MS;
    return Math.min(this.#trialMs * 2, LONGEST_TRIAL_MS);
  }

  #isFaulty(now: number): boolean {
    if (now - this.#lastPulseAt > SILENT_AFTER_MS || this.#pathCutSince !== null) return true;
    if (!this.#expected.anyLayerActive || this.#expected.inputPaused) return false;
    return this.#framesInSinceOutput >= STALLED_AFTER_FRAMES && now - this.#lastOutputAt >= STALLED_AFTER_MS;
  }

  #flows(since: { readonly framesIn: number; readonly framesOut: number }): boolean {
    const { anyLayerActive, inputPaused } = this.#expected;
    if (inputPaused) return true;
    return anyLayerActive ? this.#framesOut > since.framesOut : this.#framesIn > since.framesIn;
  }

  #restartOutput(now: number): void {
    this.#lastOutputAt = now;
    this.#framesInSinceOutput = 0;
  }
}
