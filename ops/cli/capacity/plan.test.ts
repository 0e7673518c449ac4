import { expect, test } from 'vitest';
import { type Demand, planCapacity } from './plan.ts';

const SMALL: Demand = {
  rooms: 1,
  participants: 8,
  publishers: 8,
  visible: 12,
  lastN: 25,
  loudestN: 12,
  pageSize: 12,
  workerCapacity: 500,
  packetsPerCore: null,
};

test('where everybody sees everybody there are n × (n - 1) × 2 consumers, and nothing to save', () => {
  const { everything, limited } = planCapacity(SMALL);
  expect(everything).toEqual(limited);
  expect(limited).toMatchObject({ receivedByOne: 14, readyForOne: 0, consumers: 112, workers: 1 });
  expect(planCapacity({ ...SMALL, rooms: 100 }).limited).toMatchObject({ consumers: 11_200, workers: 23 });
});

test('a page of 12 tiles and 12 microphones cost 24 consumers a viewer and some that are ready, in any large room', () => {
  for (const participants of [50, 1_000]) {
    const { everything, limited } = planCapacity({ ...SMALL, participants, publishers: 50 });
    expect(everything.receivedByOne).toBe(participants === 50 ? 98 : 100);
    expect(limited).toMatchObject({ receivedByOne: 24, readyForOne: 16, consumers: 40 * participants });
  }
});

test('last-N and the number of publishers bound what a screen shows', () => {
  const room = { ...SMALL, participants: 1_000, publishers: 12 };
  expect(planCapacity(room).limited).toMatchObject({ readyForOne: 0, consumers: 988 * 24 + 12 * 22 });
  // A small room has everything open.
  expect(planCapacity({ ...room, lastN: 4 }).limited).toMatchObject({ receivedByOne: 16, readyForOne: 8 });
  expect(planCapacity({ ...room, publishers: 0 }).limited).toMatchObject({ consumers: 0, workers: 1, sentBps: 0 });
  expect(planCapacity({ ...room, publishers: 1, participants: 1 }).limited.consumers).toBe(0);
});

test('with a measured figure, cores are counted by the packets that they send', () => {
  // Seven others at 360p: 7 × (60 + 50) packets a second for each of the eight.
  const { limited } = planCapacity({ ...SMALL, rooms: 100, packetsPerCore: 100_000 });
  expect(limited).toMatchObject({ packetsSent: 100 * 8 * 770, cores: 9 });
  expect(planCapacity(SMALL).limited.cores).toBe(null);
});

test('large tiles get a larger picture', () => {
  const room = { ...SMALL, participants: 30, publishers: 30 };
  const heights = [1, 2, 4, 9, 12, 25].map((visible) => planCapacity({ ...room, visible }).layerHeight);
  expect(heights).toEqual([720, 360, 360, 360, 180, 180]);
});
