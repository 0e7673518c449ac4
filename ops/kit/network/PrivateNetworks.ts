import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { isAlive } from '../deployment/processes.ts';

/**
 * The three networks of a node: one on which clients reach it, one to Redis, and one to the other nodes. Each can be
 * cut by itself.
 */
export const LANES = ['clients', 'redis', 'peers'] as const;
export type Lane = (typeof LANES)[number];

/** The network namespace of one node, and its address on each of its networks. */
export interface NodeNetwork {
  readonly namespace: string;
  readonly addresses: Readonly<Record<Lane, string>>;
}

/** Addresses for tests of networks (RFC 2544): nothing else on a machine has them. */
const FIRST_OCTETS = '198.18';
const MOST_NODES = 20;
const FIRST_HOST = 10;
/** Names of ours begin with it, and go on with the pid of the process that made them (base 36). */
const PREFIX = 'ev-';

const execute = promisify(execFile);
let made = 0;

/**
 * Networks of this machine alone: a namespace for each node, with a cable (veth) to a bridge for each lane. This
 * process and Redis stand outside of the namespaces, at the bridges. A cable that is cut loses every packet without a
 * word: no FIN, no ICMP, no change of the carrier.
 */
export class PrivateNetworks {
  /** Where Redis listens for the nodes. */
  readonly redisAddress: string;
  readonly nodes: readonly NodeNetwork[];
  readonly #id: string;
  readonly #subnets: Readonly<Record<Lane, string>>;

  private constructor(id: string, subnets: Readonly<Record<Lane, string>>, nodes: number) {
    this.#id = id;
    this.#subnets = subnets;
    this.redisAddress = `${subnets.redis}.1`;
    this.nodes = Array.from({ length: nodes }, (_, index) => ({
      namespace: `${id}-n${index + 1}`,
      addresses: addressesOf(subnets, index),
    }));
  }

  /** Returns null if this machine and user can have such networks, else what is missing, as a sentence. */
  static async missing(): Promise<string | null> {
    if (process.platform !== 'linux') return 'Network namespaces need Linux.';
    if (process.getuid?.() !== 0) return 'Network namespaces need root: run it with sudo.';
    try {
      await ip('netns', 'list');
      return null;
    } catch (error) {
      const why = error instanceof Error ? error.message.trim() : String(error);
      return `Network namespaces need \`ip\` (apt install iproute2): ${why}`;
    }
  }

  /** @throws Error with a sentence for people when they are not possible here */
  static async create(nodes: number): Promise<PrivateNetworks> {
    const missing = await PrivateNetworks.missing();
    if (missing !== null) throw new Error(missing);
    if (nodes > MOST_NODES) throw new Error(`There are networks for ${MOST_NODES} nodes at most.`);
    await removeLeftOvers();
    const taken = (await ip('-4', '-o', 'address', 'show')).matchAll(new RegExp(`${FIRST_OCTETS}\\.\\d+`, 'g'));
    const [clients = '', redis = '', peers = ''] = freeSubnets([...taken].map(([subnet]) => subnet));
    made += 1;
    const networks = new PrivateNetworks(
      `${PREFIX}${process.pid.toString(36)}-${made}`,
      { clients, redis, peers },
      nodes,
    );
    try {
      await networks.#build();
      return networks;
    } catch (error) {
      await networks.remove();
      throw error;
    }
  }

  /** From now on packets of these lanes of the node are lost, in both directions. */
  async cut(node: number, lanes: readonly Lane[] = LANES): Promise<void> {
    await Promise.all(lanes.map((lane) => ip('link', 'set', this.#cable(node, lane), 'nomaster')));
  }

  async mend(node: number, lanes: readonly Lane[] = LANES): Promise<void> {
    await Promise.all(lanes.map((lane) => ip('link', 'set', this.#cable(node, lane), 'master', this.#bridge(lane))));
  }

  /** Removes everything. Ends what still runs in the namespaces. */
  async remove(): Promise<void> {
    await removeNamed((name) => name.startsWith(`${this.#id}-`) || name.startsWith(`${this.#id}b`));
  }

  async #build(): Promise<void> {
    for (const lane of LANES) {
      const bridge = this.#bridge(lane);
      await ip('link', 'add', bridge, 'address', OUTSIDE_MAC, 'type', 'bridge');
      await ip('address', 'add', `${this.#subnets[lane]}.1/24`, 'dev', bridge);
      await ip('link', 'set', bridge, 'arp', 'off', 'up');
    }
    for (const [index, { namespace }] of this.nodes.entries()) {
      await ip('netns', 'add', namespace);
      await ip('-n', namespace, 'link', 'set', 'lo', 'up');
      for (const lane of LANES) await this.#lay(index, lane);
    }
  }

  /**
   * Everybody knows the others' addresses by heart, and nobody asks by ARP: without an answer the kernel would report
   * an unreachable host after some seconds, as it would for a host in the same room but not for one behind a router.
   */
  async #lay(node: number, lane: Lane): Promise<void> {
    const { namespace, addresses } = this.nodes[node] as NodeNetwork;
    const cable = this.#cable(node, lane);
    const bridge = this.#bridge(lane);
    const inside = ['-n', namespace];
    await ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', lane, 'address', macOf(node), 'netns', namespace);
    await ip('link', 'set', cable, 'master', bridge, 'arp', 'off', 'up');
    await ip(...inside, 'address', 'add', `${addresses[lane]}/24`, 'dev', lane);
    await ip(...inside, 'link', 'set', lane, 'arp', 'off', 'up');
    const knows = (address: string, mac: string) => ['neigh', 'replace', address, 'lladdr', mac, 'nud', 'permanent'];
    await ip(...knows(addresses[lane], macOf(node)), 'dev', bridge);
    await ip(...inside, ...knows(`${this.#subnets[lane]}.1`, OUTSIDE_MAC), 'dev', lane);
    for (const other of this.nodes.keys()) {
      if (other !== node)
        await ip(...inside, ...knows(addressesOf(this.#subnets, other)[lane], macOf(other)), 'dev', lane);
    }
  }

  #bridge(lane: Lane): string {
    return `${this.#id}b${lane[0]}`;
  }

  /** The outer end of a node's cable. Names of interfaces have 15 characters at most. */
  #cable(node: number, lane: Lane): string {
    return `${this.#id}-${lane[0]}${node + 1}`;
  }
}

const OUTSIDE_MAC = '02:e0:00:00:00:01';

function macOf(node: number): string {
  return `02:e0:00:00:00:${(FIRST_HOST + node).toString(16).padStart(2, '0')}`;
}

function addressesOf(subnets: Readonly<Record<Lane, string>>, node: number): Record<Lane, string> {
  const at = (lane: Lane): string => `${subnets[lane]}.${FIRST_HOST + node}`;
  return { clients: at('clients'), redis: at('redis'), peers: at('peers') };
}

function freeSubnets(taken: readonly string[]): string[] {
  const all = Array.from({ length: 256 }, (_, third) => `${FIRST_OCTETS}.${third}`);
  const free = all.filter((subnet) => !taken.includes(subnet));
  // Two drills that start at the same moment see the same free ones.
  const from = Math.floor(Math.random() * Math.max(1, free.length - LANES.length));
  return free.slice(from, from + LANES.length);
}

/** What processes that did not end in order have left behind. */
async function removeLeftOvers(): Promise<void> {
  await removeNamed((name) => {
    const [, owner] = /^ev-([0-9a-z]+)-\d/.exec(name) ?? [];
    return owner !== undefined && !isAlive(Number.parseInt(owner, 36));
  });
}

async function removeNamed(isMeant: (name: string) => boolean): Promise<void> {
  for (const namespace of firstWords(await ip('netns', 'list')).filter(isMeant)) {
    for (const pid of firstWords(await ip('netns', 'pids', namespace)).map(Number)) killIn(namespace, pid);
    await ip('netns', 'delete', namespace);
  }
  // A namespace takes its cables with it, but only once its last process has ended.
  const links = (await ip('-o', 'link', 'show')).matchAll(/^\d+: ([^:@]+)/gm);
  for (const [, link = ''] of links) if (isMeant(link)) await ip('link', 'delete', link).catch(ignoreGone);
}

/** A process may have ended meanwhile, and another one may have its pid. */
function killIn(namespace: string, pid: number): void {
  try {
    if (pid !== process.pid && readlinkSync(`/proc/${pid}/ns/net`) !== readlinkSync('/proc/self/ns/net'))
      process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (isAlive(pid)) throw new Error(`process ${pid} in ${namespace} cannot be ended`, { cause: error });
  }
}

function ignoreGone(error: unknown): void {
  if (!String(error).includes('Cannot find device')) throw error;
}

function firstWords(lines: string): string[] {
  return lines.split('\n').flatMap((line) => line.split(' ')[0] || []);
}

async function ip(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute('ip', args);
  return stdout;
}
