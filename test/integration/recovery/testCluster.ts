import { Cluster, Redis } from 'ioredis';
import { freePort } from '../../../ops/kit/freePort.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { waitUntil } from '../../support/waitUntil.ts';

export interface TestCluster {
  readonly url: string;
  readonly masters: readonly TestRedis[];
  /** Enters the cluster like any client. */
  readonly client: Cluster;
  /** Moves the slot, with its keys, to the next master, like an operator's resharding. */
  moveSlot(slot: number): Promise<void>;
  /** Waits until every master calls the cluster whole. */
  whole(): Promise<void>;
  /** All masters lose everything, even one that clients have not found again since its start. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;

/** Three masters on 127.0.0.1. */
export async function startTestCluster(): Promise<TestCluster> {
  const masters: TestRedis[] = [];
  const ports: number[] = [];
  const busPorts: number[] = [];
  const sides: Redis[] = [];
  for (let i = 0; i < 3; i++) {
    const port = await freePort();
    const busPort = await freePort();
    const settings = {
      'cluster-enabled': 'yes',
      'cluster-port': String(busPort),
      'cluster-node-timeout': '1000',
      'cluster-require-full-coverage': 'no',
    };
    const master = await startTestRedis({ port, appendfsync: 'always', settings });
    const side = new Redis(master.options);
    side.on('error', () => {}); // Some tests kill the servers.
    masters.push(master);
    ports.push(port);
    busPorts.push(busPort);
    sides.push(side);
    const share = SLOTS / 3;
    await side.call('CLUSTER', 'ADDSLOTSRANGE', Math.ceil(i * share), Math.ceil((i + 1) * share) - 1);
    if (i > 0) await side.call('CLUSTER', 'MEET', '127.0.0.1', String(ports[0]), String(busPorts[0]));
  }
  const whole = (): Promise<void> =>
    waitUntil(async () => {
      for (const side of sides) {
        const info = String(await side.call('CLUSTER', 'INFO').catch(String));
        if (!info.includes('cluster_state:ok') || !info.includes('cluster_slots_ok:16384'))
          return 'the cluster is not whole';
        const shards = (await side.call('CLUSTER', 'SLOTS')) as unknown[];
        if (shards.length < 3) return 'a master does not know the others';
      }
      return true;
    }, 20_000);
  await whole();
  const nodes = ports.map((port) => ({ host: '127.0.0.1', port }));
  const client = new Cluster(nodes, { clusterRetryStrategy: () => 50 });
  client.on('error', () => {});
  const movedTo = new Map<number, number>();

  return {
    url: `redis+cluster://${nodes.map(({ host, port }) => `${host}:${port}`).join(',')}`,
    masters,
    client,
    async moveSlot(slot) {
      const ids = await Promise.all(sides.map(async (side) => String(await side.call('CLUSTER', 'MYID'))));
      const from = movedTo.get(slot) ?? Math.floor(slot / (SLOTS / 3));
      const to = (from + 1) % 3;
      movedTo.set(slot, to);
      const [source, target] = [sides[from], sides[to]];
      if (!source || !target) throw new Error(`no master has slot ${slot}`);
      await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from] ?? '');
      await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to] ?? '');
      const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 1_000)) as string[];
      for (const key of keys) await source.call('MIGRATE', '127.0.0.1', String(ports[to]), key, 0, 5_000);
      for (const side of [target, source, ...sides]) await side.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to] ?? '');
      // Two masters with one epoch may each win the slot back from the other, and drop its keys.
      await waitUntil(async () => {
        const epochs = await Promise.all(sides.map(epochsSeenBy));
        const agreed = epochs.every((seen) => new Set(seen.values()).size === 3 && sameEntries(seen, epochs[0]));
        return agreed || 'the masters do not agree on their epochs';
      });
    },
    whole,
    async flush() {
      for (const side of sides) await side.flushall();
    },
    async stop() {
      client.disconnect();
      for (const side of sides) side.disconnect();
      for (const master of masters) await master.stop();
    },
  };
}

/** Node id → its configuration epoch, as this master knows it. */
async function epochsSeenBy(side: Redis): Promise<Map<string, string>> {
  const nodes = String(await side.call('CLUSTER', 'NODES'))
    .trim()
    .split('\n');
  return new Map(nodes.map((line) => line.split(' ')).map((fields) => [fields[0] ?? '', fields[6] ?? '']));
}

function sameEntries(one: Map<string, string>, other: Map<string, string> | undefined): boolean {
  return [...one].every(([key, value]) => other?.get(key) === value);
}
