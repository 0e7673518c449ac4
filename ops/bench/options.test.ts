import { expect, test } from 'vitest';
import { parseOptions } from './options.ts';

test('the benchmark of the reencoder runs all parts unless one is named', () => {
  expect(parseOptions(['reencoder'])).toEqual({
    bench: 'reencoder',
    reencoder: { part: undefined, seconds: 60, viewers: [20, 100, 500] },
    abuseSeconds: 60,
    json: undefined,
  });
  expect(
    parseOptions(['reencoder', '--part', 'storm', '--seconds', '5', '--viewers', '10,1000', '--json', 'x.json']),
  ).toMatchObject({
    reencoder: { part: 'storm', seconds: 5, viewers: [10, 1_000] },
    json: 'x.json',
  });
});

test.each([
  [[], /name one benchmark/],
  [['everything'], /name one benchmark/],
  [['join', 'forward'], /name one benchmark/],
  [['join', '--part', 'storm'], /--part is one of the reencoder's/],
  [['reencoder', '--part', 'fog'], /--part is one of the reencoder's: engines, storm, lipsync/],
  [['reencoder', '--seconds', '0'], /from 1 to 600/],
  [['reencoder', '--viewers', '10,many'], /--viewers is a list/],
  [['join', '--unknown'], /--unknown/],
])('bench refuses the arguments %j with the reason', (args, reason) => {
  expect(parseOptions(args)).toMatch(reason);
});
