import { expect, test } from 'vitest';
import { randomFrom } from '../../kit/random.ts';
import { chooseFaults, type Drawn, isOfRedis } from './chooseFaults.ts';

const draw = (seed: number, nodes: number, cuts = true, rounds = 600): (readonly Drawn[])[] => {
  const random = randomFrom(seed);
  return Array.from({ length: rounds }, () => chooseFaults(random, nodes, cuts));
};

test('a seed stands for the same faults every time', () => {
  expect(draw(1, 3)).toEqual(draw(1, 3));
  expect(draw(1, 3)).not.toEqual(draw(2, 3));
});

test('every kind comes up on every node, and one node at least is never hit', () => {
  const rounds = draw(3, 3);
  const kinds = new Set(rounds.flat().map(({ kind, node }) => `${kind} ${node}`));
  expect(kinds.size).toBe(11 * 3);
  expect(rounds.some((round) => round.length === 2)).toBe(true);
  for (const round of rounds) {
    const ofNodes = round.filter((fault) => !isOfRedis(fault));
    expect(new Set(ofNodes.map(({ node }) => node)).size).toBe(ofNodes.length);
    expect(round.filter(isOfRedis).length).toBeLessThanOrEqual(1);
    expect(round.length).toBeLessThanOrEqual(2);
  }
});

test('of two nodes one is hit, and without networks of their own none is cut off', () => {
  const rounds = draw(4, 2, false);
  expect(rounds.flat().some(({ kind }) => kind.startsWith('cut'))).toBe(false);
  for (const round of rounds) expect(round.filter((fault) => !isOfRedis(fault)).length).toBeLessThanOrEqual(1);
});
