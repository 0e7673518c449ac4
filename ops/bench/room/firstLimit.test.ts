import { expect, test } from 'vitest';
import { firstLimit } from './firstLimit.ts';
import type { Load } from './LoadMeter.ts';

function load(shares: Partial<Load>): Load {
  const nothing = { servers: 0, busiestServer: 0, workers: 0, busiestWorker: 0, redis: 0, clients: 0 };
  return { ...nothing, megabytes: { server: 0, worker: 0, redis: 0 }, ...shares };
}

test('what breaks first is the process whose core is full with the fewest people', () => {
  const limit = firstLimit([
    { people: 100, load: load({ busiestServer: 0.1, busiestWorker: 0.3, redis: 0.01 }) },
    { people: 300, load: load({ busiestServer: 0.3, busiestWorker: 0.4, redis: 0.01 }) },
  ]);
  expect(limit).toEqual({ what: "a node's server", people: 1_000, perPerson: expect.closeTo(1_000) });
});

test('nothing is said to break first when nothing grew', () => {
  const calm = load({ busiestServer: 0.1 });
  expect(firstLimit([{ people: 1, load: calm }])).toBeNull();
  expect(firstLimit([1, 2].map((people) => ({ people, load: calm })))).toBeNull();
});
