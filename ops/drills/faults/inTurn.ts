import type { Fault } from './Fault.ts';

/**
 * Injects the faults one after the other, and then starts again with the first. One that breaks no media hits nobody,
 * even if others do.
 */
export function inTurn(name: string, first: Fault, ...others: readonly Fault[]): Fault {
  const faults = [first, ...others];
  let turn = 0;
  const next = (): Fault => faults[turn % faults.length] ?? first;
  return {
    name,
    breaksMedia: faults.some(({ breaksMedia }) => breaksMedia),
    available: (deployment) => next().available(deployment),

    async inject(deployment) {
      const fault = next();
      turn += 1;
      const injected = await fault.inject(deployment);
      return fault.breaksMedia ? injected : { nodes: [], ...injected };
    },
  };
}
