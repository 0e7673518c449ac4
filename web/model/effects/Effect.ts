import type { TrackProcessor } from '../../../client/index.ts';
import { SlownessJudge } from './SlownessJudge.ts';

/** slow: the device does not keep up; failed: it could not be loaded, or broke. */
export type EffectProblem = 'slow' | 'failed';

export interface EffectState {
  readonly wanted: boolean;
  /** It is wanted, and what is sent has it. */
  readonly on: boolean;
  /** Why it switched itself off; null if it did not. */
  readonly problem: EffectProblem | null;
}

export interface OpenedEffect extends TrackProcessor {
  close(): void;
}

/** What an opened effect says of itself. */
export interface EffectReports {
  /** The last piece of work took this part of the time that there is for one. */
  took(share: number): void;
  /** It can, or cannot for the moment, do its work: a browser may stop a page's sound. */
  usable(usable: boolean): void;
  failed(error: unknown): void;
}

/** Opens the processor of an effect; resolves once it can do its work. */
export type OpenEffect = (reports: EffectReports) => Promise<OpenedEffect>;

/**
 * Something that is done to what others see or hear of the person. It is opened while it is wanted and somebody uses
 * it, and switches itself off when it does not work, or the device is too slow for it.
 */
export class Effect {
  readonly #open: OpenEffect;
  readonly #changed: () => Promise<unknown>;
  #state: EffectState;
  #inUse = false;
  /** The opening that counts, while it shall be open: what an earlier one reports is not heard. */
  #current: object | null = null;
  #opened: OpenedEffect | null = null;
  #usable = true;
  #settled: Promise<void> = Promise.resolve();

  /** `changed`: the state or the processor has; resolves when everybody has taken or left the processor. */
  constructor(wanted: boolean, open: OpenEffect, changed: () => Promise<unknown>) {
    this.#state = { wanted, on: false, problem: null };
    this.#open = open;
    this.#changed = changed;
  }

  get state(): EffectState {
    return this.#state;
  }

  /** What is sent goes through it; null: it is sent as it is. */
  get processor(): TrackProcessor | null {
    return this.#state.on ? this.#opened : null;
  }

  /** Resolves when it is on, or will not be. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  want(wanted: boolean): void {
    this.#follow({ wanted, on: wanted && this.#state.on, problem: null });
  }

  use(inUse: boolean): void {
    this.#inUse = inUse;
    this.#follow(this.#state);
  }

  #follow(state: EffectState): void {
    this.#state = state;
    const shall = state.wanted && this.#inUse;
    if (shall === (this.#current !== null)) void this.#changed();
    else if (shall) this.#settled = this.#begin();
    else void this.#end();
  }

  async #begin(): Promise<void> {
    const opening = {};
    this.#current = opening;
    this.#usable = true;
    const judge = new SlownessJudge();
    const isCurrent = () => this.#current === opening;
    const failed = (error: unknown) => {
      console.warn('an effect does not work', error);
      if (isCurrent()) this.#giveUp('failed');
    };
    void this.#changed();
    try {
      const opened = await this.#open({
        took: (share) => {
          if (isCurrent() && judge.judge(share, performance.now())) this.#giveUp('slow');
        },
        usable: (usable) => {
          if (!isCurrent() || usable === this.#usable) return;
          this.#usable = usable;
          if (this.#opened !== null) void this.#turn(usable);
        },
        failed,
      });
      if (isCurrent()) {
        this.#opened = opened;
        await this.#turn(this.#usable);
      } else opened.close();
    } catch (error) {
      failed(error);
    }
  }

  #giveUp(problem: EffectProblem): void {
    this.#state = { wanted: false, on: false, problem };
    void this.#end();
  }

  /** It goes on until nobody sends what it makes. */
  async #end(): Promise<void> {
    const opened = this.#opened;
    this.#current = null;
    this.#opened = null;
    await this.#turn(false);
    opened?.close();
  }

  async #turn(on: boolean): Promise<void> {
    this.#state = { ...this.#state, on };
    await this.#changed();
  }
}
