import { expect, it } from 'vitest';
import { RecoveryLog } from './RecoveryLog.ts';

const first = { url: 'https://a', process: 'p1' };

function logged() {
  const clock = { now: 1_000 };
  let added = 0;
  const log = new RecoveryLog(
    () => {
      added += 1;
    },
    () => clock.now,
  );
  log.connected(first);
  return { log, clock, added: () => added };
}

it('a stay begins without a recovery', () => {
  expect(logged().log.list).toEqual([]);
});

it('a server that was lost is told from a network that was, and how long it took from the first sign on', () => {
  const { log, clock, added } = logged();
  log.interrupted();
  clock.now += 100;
  log.interrupted();
  clock.now += 210;
  log.connected({ url: 'https://a', process: 'p2' });
  log.interrupted();
  clock.now += 500;
  log.connected({ url: 'https://a', process: 'p2' });
  expect(log.list).toEqual([
    { at: 1_000, ms: 310, kind: 'server', url: 'https://a' },
    { at: 1_310, ms: 500, kind: 'network', url: 'https://a' },
  ]);
  expect(added()).toBe(2);
});

it('a silence that ends by itself is no recovery', () => {
  const { log, clock } = logged();
  log.interrupted();
  log.cleared();
  clock.now += 1_000;
  log.connected(first);
  expect(log.list).toEqual([]);
});

it('media that were rebuilt, and a move to another server, are named as such', () => {
  const { log, clock } = logged();
  log.mediaLost();
  clock.now += 80;
  log.connected({ url: 'https://a', process: 'p2' });
  log.connected({ url: 'https://b', process: 'p3' });
  expect(log.list.map(({ kind, ms }) => [kind, ms])).toEqual([
    ['media', 80],
    ['moved', 0],
  ]);
});

it('the newest fifty are kept', () => {
  const { log } = logged();
  for (let n = 0; n < 60; n += 1) log.connected({ url: `https://${n}`, process: 'p' });
  expect([log.list.length, log.list.at(-1)?.url]).toEqual([50, 'https://59']);
});
