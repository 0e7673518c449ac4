import { expect, test } from 'vitest';
import { parseOptions } from './options.ts';

test('a drill has four bots and ten rounds on a private server by default', () => {
  expect(parseOptions(['server', '--seed', '7'])).toEqual({
    fault: 'server',
    participants: 4,
    pages: 0,
    browser: 'chromium',
    meetingPages: false,
    rounds: 10,
    seed: 7,
    floor: false,
    nodes: 1,
    spread: false,
    lastsMs: 0,
    minutes: 0,
    cutFrom: 'all',
    engine: 'auto',
    url: undefined,
    json: undefined,
    report: undefined,
    crowd: 100,
  });
});

test('the option --browser turns three bots into pages, or all if there are fewer', () => {
  expect(parseOptions(['worker', '--browser'])).toMatchObject({ participants: 4, pages: 3 });
  expect(parseOptions(['worker', '--browser', '--participants', '2'])).toMatchObject({ pages: 2 });
  expect(parseOptions(['worker', '--participants', '6', '--pages', '6'])).toMatchObject({ pages: 6 });
});

test('the option --page puts everybody at the meeting page', () => {
  expect(parseOptions(['server', '--page'])).toMatchObject({ participants: 2, pages: 2, meetingPages: true });
  expect(parseOptions(['server', '--page', '--participants', '3'])).toMatchObject({ participants: 3, pages: 3 });
  expect(parseOptions(['server', '--page', '--firefox'])).toContain('--page makes everybody a Chromium');
  expect(parseOptions(['partition', '--page'])).toContain('use bots');
});

test('the option --engine names the engine of the private server', () => {
  expect(parseOptions(['reencoder', '--engine', 'ffmpeg'])).toMatchObject({ fault: 'reencoder', engine: 'ffmpeg' });
});

test('the option --firefox turns three bots into pages of Firefox', () => {
  expect(parseOptions(['server', '--firefox'])).toMatchObject({ pages: 3, browser: 'firefox' });
  expect(parseOptions(['server', '--firefox', '--pages', '1'])).toMatchObject({ pages: 1, browser: 'firefox' });
});

test('a fault of a cluster has six bots on three nodes, and lasts as long as --seconds says', () => {
  expect(parseOptions(['node'])).toMatchObject({ participants: 6, nodes: 3, spread: false, lastsMs: 0 });
  expect(parseOptions(['hang', '--seconds', '4', '--spread'])).toMatchObject({ lastsMs: 4_000, spread: true });
  expect(parseOptions(['partition', '--cut', 'redis'])).toMatchObject({ lastsMs: 15_000, cutFrom: 'redis' });
  expect(parseOptions(['redis-down', '--seconds', '600'])).toMatchObject({ nodes: 2, lastsMs: 600_000 });
});

test('the standby is a fault of one server', () => {
  expect(parseOptions(['standby', '--rounds', '2'])).toMatchObject({ participants: 4, nodes: 1, rounds: 2 });
});

test('a soak goes on for an hour, with the reencoder or without', () => {
  expect(parseOptions(['soak'])).toMatchObject({ minutes: 60, participants: 4, engine: 'auto' });
  expect(parseOptions(['soak', '--minutes', '5', '--engine', 'off'])).toMatchObject({ minutes: 5, engine: 'off' });
});

test('random faults are counted by --faults', () => {
  expect(parseOptions(['random'])).toMatchObject({ rounds: 30, nodes: 3, participants: 6 });
  expect(parseOptions(['random', '--faults', '300', '--seed', '5'])).toMatchObject({ rounds: 300, seed: 5 });
});

test.each([
  [[], /name one fault/],
  [['redis'], /name one fault/],
  [['server', 'worker'], /name one fault/],
  [['server', '--participants', '1'], /from 2 to 50/],
  [['server', '--rounds', 'x'], /--rounds is a whole number/],
  [['server', '--pages', '9'], /from 0 to 4/],
  [['server', '--url', 'nonsense'], /Invalid URL/],
  [['server', '--unknown'], /--unknown/],
  [['reencoder', '--floor'], /worker, server or node/],
  [['redis-failover', '--floor'], /worker, server or node/],
  [['redis-failover', '--url', 'http://127.0.0.1:1'], /a Redis of its own/],
  [['node', '--url', 'http://127.0.0.1:1'], /a cluster of its own/],
  [['node', '--faults', '5'], /goes with random/],
  [['node', '--minutes', '5'], /goes with soak/],
  [['soak', '--rounds', '5'], /for --minutes/],
  [['reencoder', '--engine', 'off'], /auto, libav, ffmpeg/],
  [['hang', '--floor'], /worker, server or node/],
  [['server', '--spread'], /fault of one server/],
  [['node', '--seconds', '5'], /over at once/],
  [['redis-down', '--seconds', '601'], /from 1 to 600/],
  [['hang', '--cut', 'redis'], /goes with partition/],
  [['partition', '--cut', 'moon'], /one of all, clients, redis, peers/],
  [['partition', '--browser'], /use bots/],
  [['reencoder', '--engine', 'none'], /auto, libav, ffmpeg/],
  [['server', '--engine', 'ffmpeg'], /goes with reencoder/],
  [['reencoder', '--engine', 'ffmpeg', '--url', 'http://127.0.0.1:1'], /private server/],
])('drill refuses the arguments %j with the reason', (args, reason) => {
  expect(parseOptions(args)).toMatch(reason);
});
