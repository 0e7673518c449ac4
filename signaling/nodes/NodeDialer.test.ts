import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/ManualClock.ts';
import { nodeInfo } from '../../test/support/nodeInfo.ts';
import { silentLogger } from '../../test/support/system.ts';
import { waitUntil } from '../../test/support/waitUntil.ts';
import { LinkedNodes } from './LinkedNodes.ts';
import { NodeDialer } from './NodeDialer.ts';
import { CHANNEL_VERSION } from './wire.ts';

const HERE = 'http://10.0.0.1:3000';
const at = (nodeId: string, internalUrl: string, startedAt: number) =>
  nodeInfo(nodeId, { internalUrl, startedAt, channelVersion: CHANNEL_VERSION });
const self = at('b', HERE, 2);
const others = [at('predecessor', HERE, 1), at('successor', HERE, 3), at('elsewhere', 'http://10.0.0.2:3000', 1)];

async function dialed(sharesAddress: boolean): Promise<string[]> {
  const clock = new ManualClock();
  const logger = silentLogger;
  const registry = { nodes: async () => [self, ...others] };
  const urls: string[] = [];
  const dial = ({ url }: { readonly url: string }) => {
    urls.push(url);
    return () => undefined;
  };
  const nodes = new LinkedNodes(clock, logger);
  const dialer = new NodeDialer({ nodeId: self.nodeId, keys: [], registry, nodes, clock, logger, dial });
  dialer.start(self, sharesAddress);
  await waitUntil(() => clock.pendingTimers > 0 || 'it has not looked');
  dialer.stop();
  nodes.close();
  return urls.sort();
}

test('a server that took over does not dial the one that was at its address: it would reach itself', async () => {
  expect(await dialed(false)).toEqual([HERE, 'http://10.0.0.2:3000']);
});

test('a server dials whoever else serves at its address', async () => {
  expect(await dialed(true)).toEqual([HERE, HERE, 'http://10.0.0.2:3000']);
});
