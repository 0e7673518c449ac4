import clusterSlot from 'cluster-key-slot';
import { Redis } from 'ioredis';
import { freePorts } from './freePort.ts';
import { PrivateRedis } from './PrivateRedis.ts';
import { waitUntilNothingMissing } from './waitUntil.ts';

const MASTERS = 3;
const SLOTS = 16_384;
const HOST = '127.0.0.1';
const WHOLE_LIMIT_MS = 60_000;
const MIGRATE_TIMEOUT_MS = 5_000;
const KEYS_AT_ONCE = 1_000;

/** A Redis Cluster on the loopback: three masters without replicas, with a third of the slots each. */
export class ShardedRedis {
  readonly url: string;
  readonly masters: readonly PrivateRedis[];
  /** `host` and `port` of each master. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** A connection to each master, which asks nobody else. */
  readonly #sides: readonly Redis[];
  /** The master that has the slot now, if it has moved. */
  readonly #movedTo = new Map<number, number>();

  private constructor(masters: readonly PrivateRedis[], ports: readonly number[]) {
    this.masters = masters;
    this.addresses = ports.map((port) => ({ host: HOST, port }));
    this.url = `redis+cluster://${ports.map((port) => `${HOST}:${port}`).join(',')}`;
    this.#sides = masters.map(({ socketPath }) => new Redis({ path: socketPath, retryStrategy: () => 50 }));
    for (const side of this.#sides) side.on('error', () => undefined); // A master may be killed.
  }

  static async start(): Promise<ShardedRedis> {
    const ports = await freePorts(2 * MASTERS);
    const clientPorts = ports.slice(0, MASTERS);
    const busPorts = ports.slice(MASTERS);
    const masters: PrivateRedis[] = [];
    try {
      for (const [index, port] of clientPorts.entries())
        masters.push(
          await PrivateRedis.start({ appendfsync: 'always', port, clusterBusPort: busPorts[index] as number }),
        );
      const redis = new ShardedRedis(masters, clientPorts);
      await redis.#meet(clientPorts[0] as number, busPorts[0] as number);
      return redis;
    } catch (error) {
      await Promise.all(masters.map((master) => master.stop()));
      throw error;
    }
  }

  /** Returns null if every master calls the cluster whole, else what is missing. */
  async missing(): Promise<string | null> {
    for (const side of this.#sides) {
      const info = String(await side.call('CLUSTER', 'INFO').catch(String));
      if (!info.includes('cluster_state:ok') || !info.includes(`cluster_slots_ok:${SLOTS}`))
        return 'the cluster is not whole';
      const shards = (await side.call('CLUSTER', 'SLOTS')) as unknown[];
      if (shards.length < MASTERS) return 'a master does not know the others';
    }
    return null;
  }

  /** The slots that have keys. */
  async slotsInUse(): Promise<number[]> {
    const slots = new Set<number>();
    for (const side of this.#sides) {
      for await (const keys of side.scanStream({ count: KEYS_AT_ONCE }))
        for (const key of keys as string[]) slots.add(clusterSlot(key));
    }
    return [...slots];
  }

  /** Moves a slot, with its keys, to the next master, like an operator's resharding. */
  async moveSlot(slot: number): Promise<void> {
    const ids = await Promise.all(this.#sides.map(async (side) => String(await side.call('CLUSTER', 'MYID'))));
    const from = this.#movedTo.get(slot) ?? Math.floor(slot / (SLOTS / MASTERS));
    const to = (from + 1) % MASTERS;
    this.#movedTo.set(slot, to);
    const [source, target, address] = [this.#sides[from], this.#sides[to], this.addresses[to]];
    if (!source || !target || !address) throw new Error(`no master has slot ${slot}`);
    await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from] ?? '');
    await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to] ?? '');
    for (;;) {
      const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, KEYS_AT_ONCE)) as string[];
      if (keys.length === 0) break;
      for (const key of keys) await source.call('MIGRATE', HOST, address.port, key, 0, MIGRATE_TIMEOUT_MS);
    }
    for (const side of [target, source, ...this.#sides])
      await side.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to] ?? '');
    // Two masters with one epoch may each win the slot back from the other, and drop its keys.
    await waitUntilNothingMissing('a slot moves', () => this.#disagreement(), WHOLE_LIMIT_MS);
  }

  /** All masters lose everything, even one that clients have not found again since its start. */
  async flush(): Promise<void> {
    for (const side of this.#sides) await side.flushall();
  }

  async stop(): Promise<void> {
    for (const side of this.#sides) side.disconnect();
    await Promise.all(this.masters.map((master) => master.stop()));
  }

  async #meet(firstPort: number, firstBusPort: number): Promise<void> {
    const share = SLOTS / MASTERS;
    for (const [index, side] of this.#sides.entries()) {
      await side.call('CLUSTER', 'ADDSLOTSRANGE', Math.ceil(index * share), Math.ceil((index + 1) * share) - 1);
      if (index > 0) await side.call('CLUSTER', 'MEET', HOST, String(firstPort), String(firstBusPort));
    }
    await waitUntilNothingMissing('the Redis Cluster is not ready', () => this.missing(), WHOLE_LIMIT_MS);
  }

  async #disagreement(): Promise<string | null> {
    const [first, ...others] = await Promise.all(this.#sides.map(epochsSeenBy));
    const isOwn = new Set(first?.values()).size === MASTERS;
    const isShared = others.every((seen) => [...seen].every(([id, epoch]) => first?.get(id) === epoch));
    return isOwn && isShared ? null : 'the masters do not agree on their epochs';
  }
}

/** Node id → its configuration epoch, as this master knows it. */
async function epochsSeenBy(side: Redis): Promise<Map<string, string>> {
  const nodes = String(await side.call('CLUSTER', 'NODES'))
    .trim()
    .split('\n');
  return new Map(nodes.map((line) => line.split(' ')).map((fields) => [fields[0] ?? '', fields[6] ?? '']));
}
