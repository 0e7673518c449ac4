import type { Fault } from './Fault.ts';

/** One fault after the other, and then from the first again. */
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
