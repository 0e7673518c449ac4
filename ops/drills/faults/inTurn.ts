import type { Fault } from './Fault.ts';

/** Injects the faults one after the other, and then starts again with the first. */
export function inTurn(name: string, first: Fault, ...others: readonly Fault[]): Fault {
  const faults = [first, ...others];
  let turn = 0;
  const next = (): Fault => faults[turn % faults.length] ?? first;
  return {
    name,
    breaksMedia: faults.some(({ breaksMedia }) => breaksMedia),
    available: (deployment) => next().available(deployment),

    inject(deployment) {
      const fault = next();
      turn += 1;
      return fault.inject(deployment);
    },
  };
}
