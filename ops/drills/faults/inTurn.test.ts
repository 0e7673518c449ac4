import { expect, test } from 'vitest';
import type { Deployment } from '../../kit/deployment/Deployment.ts';
import type { Fault } from './Fault.ts';
import { inTurn } from './inTurn.ts';

function fault(name: string, breaksMedia: boolean): Fault {
  return {
    name,
    breaksMedia,
    available: async () => `${name} is not there yet`,
    inject: async () => ({ at: 1, what: name, heal: () => Promise.resolve(), replaced: () => Promise.resolve(null) }),
  };
}

test('faults come one after the other, and one that breaks no media hits nobody, whatever the others do', async () => {
  const deployment = {} as Deployment;
  const faults = inTurn('both', fault('kill', true), fault('drain', false));
  expect(faults.breaksMedia).toBe(true);
  expect(await faults.available(deployment)).toBe('kill is not there yet');
  expect(await faults.inject(deployment)).not.toHaveProperty('nodes');
  expect(await faults.available(deployment)).toBe('drain is not there yet');
  expect(await faults.inject(deployment)).toMatchObject({ what: 'drain', nodes: [] });
  expect(await faults.inject(deployment)).toMatchObject({ what: 'kill' });
});
