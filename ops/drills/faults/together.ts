import type { Fault } from './Fault.ts';

/** Injects several faults at the same moment. */
export function together(...faults: readonly [Fault, ...Fault[]]): Fault {
  return {
    name: faults.map(({ name }) => name).join(' + '),
    breaksMedia: faults.some(({ breaksMedia }) => breaksMedia),

    async available(deployment) {
      const missing = await Promise.all(faults.map((fault) => fault.available(deployment)));
      return missing.find((reason) => reason !== null) ?? null;
    },

    async inject(deployment) {
      const injected = await Promise.all(faults.map((fault) => fault.inject(deployment)));
      return {
        at: Math.min(...injected.map(({ at }) => at)),
        what: injected.map(({ what }) => what).join(', '),
        heal: async () => {
          await Promise.all(injected.map(({ heal }) => heal()));
        },
        replaced: async () => {
          const missing = await Promise.all(injected.map(({ replaced }) => replaced()));
          return missing.find((reason) => reason !== null) ?? null;
        },
      };
    },
  };
}
