import { expect, test } from 'vitest';
import type { NodeInfo } from '../../core/ports.ts';
import { ManualClock } from '../../test/support/ManualClock.ts';
import { MemoryChannels } from '../../test/support/MemoryChannel.ts';
import { nodeInfo } from '../../test/support/nodeInfo.ts';
import { recordingLogger, systemClock } from '../../test/support/system.ts';
import { waitUntil } from '../../test/support/waitUntil.ts';
import { openUdpEcho, probeUdp } from './probes.ts';
import { placementProblem, StartCheck } from './StartCheck.ts';

const at = (nodeId: string, host: string, differs: Partial<NodeInfo> = {}) =>
  nodeInfo(nodeId, { internalUrl: `http://${host}:3000`, mediaAddress: host, ...differs });

test('a loopback address is called out by name as soon as there is a node on another machine', () => {
  const local = at('a', '127.0.0.1');
  expect(placementProblem(local, [at('b', '127.0.0.1')])).toBeNull();
  expect(placementProblem(local, [nodeInfo('older')])).toBeNull();
  expect(placementProblem(at('a', '10.0.0.1'), [at('b', '127.0.0.1'), at('c', '10.0.0.2')])).toBeNull();
  const others = [at('b', '127.0.0.1'), at('c', '10.0.0.2')];
  expect(placementProblem(local, others)).toMatch(
    /http:\/\/127\.0\.0\.1:3000.*the node c is at 10\.0\.0\.2.*INTERNAL_URL/,
  );
  const named = { ...local, internalUrl: 'http://localhost:3000' };
  expect(placementProblem(named, others)).toContain('Set INTERNAL_URL');
  const halfway = { ...local, internalUrl: 'http://10.0.0.1:3000' };
  expect(placementProblem(halfway, others)).toMatch(/takes media.*127\.0\.0\.1.*INTERNAL_MEDIA_ADDRESS/);
});

async function checked(self: NodeInfo, peers: readonly NodeInfo[]) {
  const clock = new ManualClock();
  const logger = recordingLogger();
  const channel = new MemoryChannels().join(self.nodeId);
  const check = new StartCheck({ nodeId: self.nodeId, keys: [], channel, peers: () => peers, clock, logger });
  check.start(self);
  return {
    check,
    logger,
    clock,
    /** Lets one check run. */
    async next() {
      clock.advance(5_000);
      await waitUntil(() => clock.pendingTimers > 0 || 'the check does not go on');
    },
  };
}

test('a node to which nobody is connected says so with the addresses, and one that was there first does not', async () => {
  const late = await checked(at('b', '10.0.0.2', { startedAt: 2 }), [at('a', '10.0.0.1')]);
  await late.next();
  expect(late.check.problem).toBeNull();
  await late.next();
  expect(late.check.problem).toMatch(/a \(http:\/\/10\.0\.0\.1:3000\).*this node that is http:\/\/10\.0\.0\.2:3000/);
  await late.next();
  expect(late.logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);

  const first = await checked(at('a', '127.0.0.1'), [at('b', '10.0.0.2', { startedAt: 2 })]);
  first.clock.advance(60_000);
  await waitUntil(() => first.clock.pendingTimers === 0 || 'the check goes on');
  expect(first.check.problem).toBeNull();
});

test('a node of an older version that starts beside newer ones says what that means, once', async () => {
  const { logger, next } = await checked(at('b', '10.0.0.2', { startedAt: 2 }), [
    at('a', '10.0.0.1', { journalFormat: 9 }),
  ]);
  await next();
  await next();
  expect(logger.lines.filter(({ message }) => message.includes('newer version'))).toHaveLength(1);
});

test('a packet that comes back proves a path; one with another text is not sent back', async () => {
  const echo = await openUdpEcho('127.0.0.1', 'the token');
  expect(await probeUdp('127.0.0.1', echo.port, 'the token', systemClock)).toBeNull();
  const wrong = probeUdp('127.0.0.1', echo.port, 'another', new Hurried());
  expect(await wrong).toBe('no packet came back');
  echo.close();
});

/** Time passes a hundred times as fast. */
class Hurried {
  now = systemClock.now;
  setTimer = (afterMs: number, run: () => void) => systemClock.setTimer(afterMs / 100, run);
}
