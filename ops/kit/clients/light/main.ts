import { cleanup } from 'node-datachannel';
import { openRpc } from '../../rpc.ts';
import { LightClient, type LightPerson, type LightStatus, type LightTimes } from './LightClient.ts';

/** This process holds many light clients. Its parent process calls its functions, and it ends with its parent. */
const clients = new Map<string, LightClient>();

export interface Consuming {
  readonly waiting: number;
  /** The first that waits. */
  readonly first: LightStatus | null;
  /** The most consumers that one of them has. */
  readonly most: number;
}

const crowd = {
  /** They enter at the same moment. Resolves with that moment once the last one is in. */
  async enterAtOnce(people: readonly LightPerson[]): Promise<number> {
    const added = people.map(add);
    const startedAt = performance.timeOrigin + performance.now();
    await Promise.all(added.map((client) => client.enter()));
    return startedAt;
  },

  /** All of them publish at the same moment. Resolves once each is acknowledged. */
  async publishAtOnce(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => clients.get(name)?.publish()));
  },

  async statuses(): Promise<LightStatus[]> {
    return [...clients.values()].map(({ status }) => status);
  },

  /** Whether each has this many consumers: the statuses of a thousand would take longer to send. */
  async consuming(count: number): Promise<Consuming> {
    const statuses = [...clients.values()].map(({ status }) => status);
    const waiting = statuses.filter(({ consumers }) => consumers !== count);
    return {
      waiting: waiting.length,
      first: waiting[0] ?? null,
      most: Math.max(0, ...statuses.map(({ consumers }) => consumers)),
    };
  },

  /** Returns what went wrong with the first that has failed; null if none has. */
  async failure(): Promise<string | null> {
    for (const { status } of clients.values()) if (status.failure !== null) return status.failure;
    return null;
  },

  async times(names: readonly string[]): Promise<LightTimes[]> {
    return names.map((name) => clients.get(name)?.times ?? { joined: null, firstPictures: [], firstSounds: [] });
  },

  async leave(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => clients.get(name)?.leave()));
    for (const name of names) clients.delete(name);
  },
};
export type Crowd = typeof crowd;

openRpc(process, crowd);
process.on('disconnect', () => {
  for (const client of clients.values()) client.close();
  cleanup();
  process.exit(0);
});

function add(person: LightPerson): LightClient {
  const client = new LightClient(person);
  clients.set(person.name, client);
  return client;
}
