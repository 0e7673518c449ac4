import { join } from 'node:path';
import type { Machine } from '../machine.ts';
import { mediaPortsFor } from '../mediaAddresses.ts';
import { ConfigError, type Settings } from '../settings/settings.ts';
import type { FirstNode } from './firstNode.ts';

/** A node that joins another one on the same machine. */
export interface JoinedNode {
  readonly name: string;
  readonly dataFolder: string;
  readonly port: number;
  /** What differs from the settings of the first node. */
  readonly env: Readonly<Record<string, string>>;
}

export interface PlanOptions {
  readonly first: FirstNode;
  readonly count: number;
  /** The settings of this checkout, which the first node has too. */
  readonly set: Settings;
  readonly machine: Pick<Machine, 'cores' | 'name'>;
  /** Whether nobody has these ports, by TCP and UDP. */
  readonly areFree: (firstPort: number, count: number) => Promise<boolean>;
  readonly isInUse: (dataFolder: string) => boolean;
}

/** Settings that name one node by its port: those of the others differ in the port alone. */
const OWN_URLS = ['NODE_URL', 'INTERNAL_URL', 'SIDECAR_URL'] as const;
/** How far apart the media ports of nodes that are tried are. */
const MOST_TRIES = 200;

/**
 * Returns nodes with folders, names and ports of their own, which share Redis and secrets with the first one, and the
 * processors of the machine.
 * @throws ConfigError when there are not enough free ports
 */
export async function planNodes(options: PlanOptions): Promise<JoinedNode[]> {
  const { first, count, set, machine, areFree, isInUse } = options;
  const workers = set.WORKERS ?? Math.max(1, Math.floor(machine.cores / (count + 1)));
  const mediaPorts = mediaPortsFor(workers);
  const nodes: JoinedNode[] = [];
  let port = first.port;
  let mediaPort = set.MEDIA_PORT + mediaPortsFor(set.WORKERS ?? machine.cores) - mediaPorts;
  for (let number = 2; nodes.length < count; number += 1) {
    const dataFolder = join(first.dataFolder, 'nodes', String(number));
    if (isInUse(dataFolder)) continue;
    port = await nextFree(port, 1, areFree);
    mediaPort = await nextFree(mediaPort, mediaPorts, areFree);
    const name = `${set.NODE_NAME ?? machine.name}-${number}`;
    nodes.push({ name, dataFolder, port, env: envOf({ name, dataFolder, port, mediaPort, workers }, options) });
  }
  return nodes;
}

/** Returns the first port of the next free ones after those from `last` on. */
async function nextFree(last: number, count: number, areFree: PlanOptions['areFree']): Promise<number> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const port = last + tries * count;
    if (port + count - 1 > 65_535) break;
    if (await areFree(port, count)) return port;
  }
  throw new ConfigError([`there are no ${count} free ports next to each other above ${last}`]);
}

function envOf(
  node: { name: string; dataFolder: string; port: number; mediaPort: number; workers: number },
  { first, set }: PlanOptions,
): Record<string, string> {
  const redisUrl = set.REDIS_URL ?? first.redisSocket;
  if (!redisUrl) {
    throw new ConfigError([
      `the Everroom of ${first.dataFolder} has no Redis of its own, and REDIS_URL is not set: set it as for that one`,
    ]);
  }
  const urls = OWN_URLS.flatMap((setting) => {
    const given = set[setting];
    if (given === undefined) return [];
    const url = new URL(given);
    url.port = String(node.port);
    return [[setting, url.origin] as const];
  });
  return {
    REDIS_URL: redisUrl,
    EVERROOM_DATA: node.dataFolder,
    NODE_NAME: node.name,
    PORT: String(node.port),
    MEDIA_PORT: String(node.mediaPort),
    WORKERS: String(node.workers),
    // Sidecars serve all nodes.
    REENCODER: 'off',
    ...Object.fromEntries(urls),
    ...(set.METRICS_PORT !== undefined && { METRICS_PORT: String(set.METRICS_PORT + node.port - first.port) }),
  };
}
