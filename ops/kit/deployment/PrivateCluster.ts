import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { freePort } from '../freePort.ts';
import { LANES, type Lane, PrivateNetworks } from '../network/PrivateNetworks.ts';
import { PrivateRedis } from '../PrivateRedis.ts';
import { waitUntilNothingMissing } from '../waitUntil.ts';
import { PrivateDeployment } from './PrivateDeployment.ts';

export interface PrivateClusterOptions {
  readonly nodes: number;
  /** Of each node. */
  readonly workers: number;
  /** Settings of every node, to add to the private ones or to replace them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** False for bare server processes, which start sooner and need less memory. */
  readonly supervised?: boolean;
  /** Gives each node networks of its own, so that it can be cut off. */
  readonly networks?: boolean;
  /** A Redis that is not the cluster's own. */
  readonly redisUrl?: string;
}

const KNOWN_LIMIT_MS = 20_000;
const configSchema = z.object({ nodes: z.array(z.string()) });

/**
 * Nodes of one cluster on this machine: each has its own processes, ports, folder and name (`node-1`, `node-2`, …); all
 * share one Redis and the secrets. Everything ends with `stop`.
 */
export class PrivateCluster {
  readonly nodes: readonly PrivateDeployment[];
  /** Null if the cluster was given another one. */
  readonly redis: PrivateRedis | null;
  readonly #networks: PrivateNetworks | null;

  private constructor(
    nodes: readonly PrivateDeployment[],
    redis: PrivateRedis | null,
    networks: PrivateNetworks | null,
  ) {
    this.nodes = nodes;
    this.redis = redis;
    this.#networks = networks;
  }

  /**
   * Resolves once every node serves and knows the others.
   * @throws Error when one does not start, or networks are not possible here
   */
  static async start(options: PrivateClusterOptions): Promise<PrivateCluster> {
    const networks = options.networks ? await PrivateNetworks.create(options.nodes) : null;
    let redis: PrivateRedis | null = null;
    let started: PrivateDeployment[] = [];
    try {
      redis = options.redisUrl === undefined ? await startRedis(networks) : null;
      const redisUrl = options.redisUrl ?? (networks ? redis?.networkUrl : redis?.url) ?? '';
      const starting = Array.from({ length: options.nodes }, (_, index) => index);
      const settings = { ...sharedSecrets(), REDIS_URL: redisUrl, ...options.settings };
      const outcomes = await Promise.allSettled(
        starting.map((index) =>
          PrivateDeployment.start({
            workers: options.workers,
            supervised: options.supervised ?? true,
            settings: { ...settings, NODE_NAME: `node-${index + 1}` },
            ...(networks?.nodes[index] && { network: networks.nodes[index] }),
          }),
        ),
      );
      started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      const cluster = new PrivateCluster(started, redis, networks);
      await waitUntilNothingMissing('the nodes do not know each other', () => cluster.missing(), KNOWN_LIMIT_MS);
      return cluster;
    } catch (error) {
      await new PrivateCluster(started, redis, networks).stop();
      throw error;
    }
  }

  /** Whether nodes have networks of their own, so that they can be cut off. */
  get canCut(): boolean {
    return this.#networks !== null;
  }

  get urls(): readonly string[] {
    return this.nodes.map(({ url }) => url);
  }

  /** @throws Error when there is no such node */
  node(name: string): PrivateDeployment {
    const node = this.nodes.find((each) => each.name === name);
    if (!node) throw new Error(`the cluster has no ${name}`);
    return node;
  }

  /** Loses every packet of the node, or those of some lanes, in both directions. `mend` ends it. */
  async cut(node: PrivateDeployment, lanes: readonly Lane[] = LANES): Promise<void> {
    await this.#cables().cut(this.nodes.indexOf(node), lanes);
  }

  async mend(node: PrivateDeployment, lanes: readonly Lane[] = LANES): Promise<void> {
    await this.#cables().mend(this.nodes.indexOf(node), lanes);
  }

  /** Returns null if every node serves and knows the address of every other one, else what is missing. */
  async missing(): Promise<string | null> {
    const { urls } = this;
    const reasons = await Promise.all(
      this.nodes.map(async ({ name, url }) => {
        const known = await nodesKnownTo(url);
        if (!known) return `${name} does not serve`;
        const unknown = urls.findIndex((other) => !known.includes(other));
        return unknown < 0 ? null : `${name} does not know ${this.nodes[unknown]?.name}`;
      }),
    );
    return reasons.find((reason) => reason !== null) ?? null;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.redis?.stop();
    await this.#networks?.remove();
  }

  #cables(): PrivateNetworks {
    if (!this.#networks) throw new Error('the nodes of this cluster have no networks of their own');
    return this.#networks;
  }
}

/** Acknowledged facts survive its SIGKILL. */
async function startRedis(networks: PrivateNetworks | null): Promise<PrivateRedis> {
  const network = networks && { address: networks.redisAddress, port: await freePort() };
  return PrivateRedis.start({ appendfsync: 'always', ...network });
}

function sharedSecrets(): Record<string, string> {
  const secret = () => randomBytes(32).toString('hex');
  return { API_SECRET: secret(), TOKEN_SECRET: secret(), SIDECAR_SECRET: secret() };
}

/** Returns null if the node does not answer. */
async function nodesKnownTo(url: string): Promise<readonly string[] | null> {
  try {
    const response = await fetch(`${url}/api/config`, { signal: AbortSignal.timeout(2_000) });
    return configSchema.parse(await response.json()).nodes;
  } catch {
    return null;
  }
}
