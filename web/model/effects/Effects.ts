import { readPreferences, savePreferences } from '../../lib/preferences.ts';
import { Effect, type EffectState, type OpenEffect } from './Effect.ts';

/** blur: the room behind the person is blurred; noise: sounds that are no voice are taken out. */
export type EffectName = 'blur' | 'noise';

export type EffectStates = Readonly<Record<EffectName, EffectState>>;

/** Called after each change; what it returns is awaited before a processor that is no longer used closes. */
type Listener = () => Promise<unknown> | undefined;

export const EFFECT_NAMES = ['blur', 'noise'] as const;
/** What each effect works on. */
export const EFFECT_OF = { camera: 'blur', microphone: 'noise' } as const;

/** The effects of this page: the same ones before the meeting and in it. The browser remembers which are wanted. */
export class Effects {
  readonly #effects: Record<EffectName, Effect>;
  readonly #listeners = new Set<Listener>();
  #users = 0;
  #states: EffectStates;

  constructor(open: Record<EffectName, OpenEffect>) {
    const { effects } = readPreferences();
    const effect = (name: EffectName) => new Effect(effects.includes(name), open[name], () => this.#told());
    this.#effects = { blur: effect('blur'), noise: effect('noise') };
    this.#states = this.#read();
  }

  of(input: keyof typeof EFFECT_OF): Effect {
    return this.#effects[EFFECT_OF[input]];
  }

  readonly getSnapshot = (): EffectStates => this.#states;

  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  want(name: EffectName, wanted: boolean): void {
    this.#effects[name].want(wanted);
  }

  /** Those that are wanted are open until everybody who uses them has called the returned function. */
  use(): () => void {
    this.#users += 1;
    this.#follow();
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.#users -= 1;
      this.#follow();
    };
  }

  #follow(): void {
    for (const name of EFFECT_NAMES) this.#effects[name].use(this.#users > 0);
  }

  #told(): Promise<unknown> {
    const before = this.#states;
    this.#states = this.#read();
    if (EFFECT_NAMES.some((name) => before[name].wanted !== this.#states[name].wanted)) {
      // One that switched itself off would only do so again.
      savePreferences({ effects: EFFECT_NAMES.filter((name) => this.#states[name].wanted) });
    }
    return Promise.allSettled([...this.#listeners].map((listener) => listener()));
  }

  #read(): EffectStates {
    return { blur: this.#effects.blur.state, noise: this.#effects.noise.state };
  }
}
