import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/ManualClock.ts';
import { MemoryChannels } from '../../test/support/MemoryChannel.ts';
import { nodeInfo } from '../../test/support/nodeInfo.ts';
import { recordingLogger } from '../../test/support/system.ts';
import { waitUntil } from '../../test/support/waitUntil.ts';
import { Fence } from './Fence.ts';
import type { Contact } from './standing.ts';

const LOOK_MS = 500;
const serving: Contact = { silentMs: 0, servedMs: 60_000 };

/** Three nodes; the one under test is `a`. */
function cluster() {
  const clock = new ManualClock();
  const channels = new MemoryChannels();
  const contacts = new Map(['a', 'b', 'c'].map((nodeId) => [nodeId, serving]));
  const contactOf = (nodeId: string) => (): Contact => contacts.get(nodeId) ?? serving;
  const living = ['a', 'b', 'c'];
  const sentAway: (string[] | null)[] = [];
  const logger = recordingLogger();
  const fenceOf = (nodeId: string): Fence =>
    new Fence({
      nodeId,
      channel: channels.join(nodeId),
      registry: { nodes: () => Promise.resolve(living.map((id) => nodeInfo(id))) },
      contact: contactOf(nodeId),
      fenceAfterMs: 10_000,
      sendAway: (nodes) => {
        if (nodeId === 'a') sentAway.push(nodes && [...nodes].sort());
      },
      clock,
      elapsed: () => clock.now(),
      logger,
    });
  const [fence] = ['a', 'b', 'c'].map(fenceOf);
  if (!fence) throw new Error('there is no node');
  fence.start();
  return {
    ...{ channels, clock, contacts, fence, logger, sentAway },
    /** Lets Redis be silent at `a` for this long, and waits until `a` has looked. */
    async silentFor(silentMs: number): Promise<void> {
      contacts.set('a', { silentMs, servedMs: 60_000 });
      await waitUntil(() => clock.pendingTimers > 0 || 'the last look is not over');
      clock.advance(LOOK_MS);
      await waitUntil(() => clock.pendingTimers > 0 || 'the look is not over');
    },
  };
}

test('[M2] [S1] a node without Redis sends newcomers to those that have it, and after the stated time everybody', async () => {
  const { fence, logger, sentAway, silentFor } = cluster();
  await silentFor(900);
  expect(fence.isCutOff).toBe(false);
  await silentFor(9_000);
  expect([fence.isCutOff, sentAway]).toEqual([true, []]);
  await silentFor(11_000);
  await silentFor(11_500);
  expect(sentAway).toEqual([null, null]);
  await silentFor(100);
  expect([fence.isCutOff, sentAway.length]).toEqual([false, 2]);
  expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'error', 'info']);
});

test('[R1] nobody is sent away while no node has Redis, however long', async () => {
  const { contacts, fence, sentAway, silentFor } = cluster();
  await silentFor(0);
  for (const nodeId of ['b', 'c']) contacts.set(nodeId, { silentMs: 600_000, servedMs: 60_000 });
  await silentFor(600_000);
  expect([fence.isCutOff, sentAway]).toEqual([false, []]);
  // Redis is back, and one node is the first to have it.
  contacts.set('b', { silentMs: 100, servedMs: 900 });
  await silentFor(600_500);
  expect(sentAway).toEqual([]);
});

test('[M2] [S1] a node that hears of nobody sends away whom others may have muted', async () => {
  const { channels, sentAway, silentFor } = cluster();
  await silentFor(0);
  channels.cut('a', 'b');
  channels.cut('a', 'c');
  await silentFor(9_000);
  expect(sentAway).toEqual([]);
  await silentFor(11_000);
  expect(sentAway).toEqual([['b', 'c']]);
  // The process of one has ended: it mutes nobody.
  channels.heal('a', 'c');
  channels.leave('c');
  await silentFor(11_500);
  expect(sentAway.at(-1)).toEqual(['b']);
});
