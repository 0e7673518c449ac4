import { messageOf } from './messageOf.ts';

export const STEPS = ['signaling', 'udp', 'tcp', 'turn', 'devices', 'change'] as const;
export type StepName = (typeof STEPS)[number];

export interface StepResult {
  readonly name: StepName;
  /** skipped: it does not apply here. */
  readonly state: 'waiting' | 'running' | 'passed' | 'failed' | 'skipped';
  /** What was measured, by name. */
  readonly found: Readonly<Record<string, string | number | boolean | null>>;
  /** The error with which it failed; null otherwise. */
  readonly error: unknown;
}

/** Does one step for real. `null`: it does not apply here. @throws an error that says why it failed */
export type Probe = { readonly [N in StepName]: () => Promise<StepResult['found'] | null> };

export interface TestSnapshot {
  readonly running: boolean;
  readonly steps: readonly StepResult[];
}

/** Tests whether a meeting would work on this device and network, step by step. */
export class ConnectionTest {
  readonly #probe: Probe;
  readonly #listeners = new Set<() => void>();
  #snapshot: TestSnapshot = { running: false, steps: STEPS.map(waiting) };

  constructor(probe: Probe) {
    this.#probe = probe;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): TestSnapshot => this.#snapshot;

  /** Steps go on after one that failed, but nothing can be tested without a server. */
  async run(): Promise<void> {
    if (this.#snapshot.running) return;
    this.#set({ running: true, steps: STEPS.map(waiting) });
    for (const name of STEPS) {
      const isCutOff = name !== 'devices' && this.#stateOf('signaling') === 'failed';
      await (isCutOff ? this.#update({ ...waiting(name), state: 'skipped' }) : this.#step(name));
    }
    this.#set({ ...this.#snapshot, running: false });
  }

  async #step(name: StepName): Promise<void> {
    this.#update({ ...waiting(name), state: 'running' });
    try {
      const found = await this.#probe[name]();
      this.#update({ ...waiting(name), state: found === null ? 'skipped' : 'passed', found: found ?? {} });
    } catch (error) {
      this.#update({ ...waiting(name), state: 'failed', error });
    }
  }

  #stateOf(name: StepName): StepResult['state'] | undefined {
    return this.#snapshot.steps.find((step) => step.name === name)?.state;
  }

  #update(result: StepResult): void {
    this.#set({
      ...this.#snapshot,
      steps: this.#snapshot.steps.map((step) => (step.name === result.name ? result : step)),
    });
  }

  #set(snapshot: TestSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of [...this.#listeners]) listener();
  }
}

function waiting(name: StepName): StepResult {
  return { name, state: 'waiting', found: {}, error: null };
}

/** Returns the result as a text file for whoever looks after the network. */
export function toReport(steps: readonly StepResult[], about: Readonly<Record<string, string>>): string {
  const results = steps.map(({ name, state, found, error }) => {
    return { step: name, state, ...(error !== null && { problem: messageOf(error) }), ...found };
  });
  return `${JSON.stringify({ ...about, results }, null, 2)}\n`;
}
