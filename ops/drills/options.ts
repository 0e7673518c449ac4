import { parseArgs } from 'node:util';
import { EngineName } from '../../core/reencoding/messages.ts';
import type { BrowserName } from '../kit/clients/DrillBrowser.ts';
import { LANES } from '../kit/network/PrivateNetworks.ts';
import type { CutFrom } from './faults/cutNode.ts';

const ONE_SERVER = ['worker', 'server', 'upgrade', 'reencoder', 'redis-failover', 'soak'] as const;
/** Faults of a cluster, which is always a private one, with its nodes and how long the fault lasts by default. */
const CLUSTER = {
  node: { nodes: 3, seconds: 0 },
  drain: { nodes: 3, seconds: 0 },
  rolling: { nodes: 3, seconds: 0 },
  'hot-standby': { nodes: 2, seconds: 0 },
  hang: { nodes: 3, seconds: 15 },
  partition: { nodes: 3, seconds: 15 },
  'redis-down': { nodes: 2, seconds: 60 },
  'redis-slow': { nodes: 2, seconds: 5 },
  'redis-slots': { nodes: 2, seconds: 0 },
  random: { nodes: 3, seconds: 0 },
  storm: { nodes: 3, seconds: 0 },
} as const;
type ClusterFault = keyof typeof CLUSTER;
type FaultName = (typeof ONE_SERVER)[number] | ClusterFault;
const FAULT_NAMES: readonly FaultName[] = [...ONE_SERVER, ...(Object.keys(CLUSTER) as ClusterFault[])];

export interface DrillOptions {
  readonly fault: FaultName;
  readonly participants: number;
  /** How many of them are pages of a browser. */
  readonly pages: number;
  readonly browser: BrowserName;
  readonly rounds: number;
  readonly seed: number;
  /** Whether the same fault hits a call on bare mediasoup first. */
  readonly floor: boolean;
  /** How many nodes the private cluster has; 1 for a fault of one server. */
  readonly nodes: number;
  /** Whether the people of one room enter at all nodes in turn, rather than those of each room at one. */
  readonly spread: boolean;
  /** How long the fault lasts; 0 if it is over at once. */
  readonly lastsMs: number;
  /** How long a soak goes on; 0 for other drills, which count rounds. */
  readonly minutes: number;
  /** From whom `partition` cuts the node off. */
  readonly cutFrom: CutFrom;
  /** The engine of the private server's reencoder: a name, or `auto`. */
  readonly engine: 'auto' | 'off' | EngineName;
  /** A running Everroom on this machine; undefined for a private one. */
  readonly url: string | undefined;
  readonly json: string | undefined;
  /** Where the page about the drill is written. */
  readonly report: string | undefined;
  /** How many people make the storms of `storm`. */
  readonly crowd: number;
}

export const USAGE = `npm run drill -- FAULT [options]

  one server:  ${ONE_SERVER.join(', ')}
  a cluster:   ${Object.keys(CLUSTER).join(', ')}

  --participants N   how many take part (4; in a cluster 6)
  --rounds N         how often something is killed (10); the reencoder is killed and frozen for 3 s in turn
  --faults N         the same for random, which judges after each fault and goes on (30)
  --browser          three of them are Chromium pages, or all if there are fewer
  --firefox          three of them are Firefox pages, or all if there are fewer
  --pages N          N of them are pages
  --floor            first inject the same faults into a call on bare mediasoup, with the same clients, for comparison
  --minutes N        how long soak goes on (60)
  --nodes N          how many nodes the private cluster has (3; for faults of Redis 2), and rooms; hot-standby with 1:
                     server and worker of one machine in turn
  --spread           one room instead, whose people enter at all nodes in turn
  --seconds N        how long the fault lasts: hang and partition 15, redis-down 60, redis-slow 5; up to 600
  --cut WHAT         from whom partition cuts a node off: all (the default), redis, peers or clients
  --crowd N          how many people make each storm (100)
  --engine NAME      engine of the private server's reencoder: libav, ffmpeg, or auto (the default); for soak also off
  --url URL          drill the Everroom of this checkout that runs at URL, not a private one
  --seed N           repeat the moments of an earlier drill
  --json FILE        write the result as JSON too
  --report FILE      write a page about it as well: one HTML file, to read or to print

  npm run drill -- --from RESULT.json --report FILE    the page about an earlier drill, from its JSON`;

const BROWSER_PAGES = 3;
const ENGINES = ['auto', ...EngineName.options] as const;
const OFF = 'off' as const;

/** Returns the options, or a sentence that says what is wrong with the arguments. */
export function parseOptions(args: readonly string[]): DrillOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        participants: { type: 'string' },
        rounds: { type: 'string' },
        faults: { type: 'string' },
        browser: { type: 'boolean', default: false },
        firefox: { type: 'boolean', default: false },
        pages: { type: 'string' },
        floor: { type: 'boolean', default: false },
        nodes: { type: 'string' },
        spread: { type: 'boolean', default: false },
        seconds: { type: 'string' },
        minutes: { type: 'string' },
        cut: { type: 'string' },
        engine: { type: 'string' },
        crowd: { type: 'string' },
        url: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
        report: { type: 'string' },
      },
    });
    const [name, ...more] = positionals;
    const fault = FAULT_NAMES.find((known) => known === name);
    if (!fault || more.length > 0) return `name one fault: ${FAULT_NAMES.join(', ')}`;
    const cluster = isOfCluster(fault) ? CLUSTER[fault] : null;
    if (values.faults !== undefined && fault !== 'random') return `--faults goes with random: ${fault} has --rounds`;
    if (values.floor && floorOf(fault) === null)
      return `bare mediasoup has no ${fault}: use --floor with worker, server or node (also hot-standby)`;
    if ((fault === 'redis-failover' || cluster) && values.url !== undefined)
      return `${fault} needs ${cluster ? 'a cluster' : 'a Redis'} of its own: use it without --url`;
    if (!cluster && (values.nodes !== undefined || values.spread))
      return `${fault} is a fault of one server: --nodes and --spread go with ${Object.keys(CLUSTER).join(', ')}`;
    if (!cluster?.seconds && values.seconds !== undefined) return `${fault} is over at once: it takes no --seconds`;
    const cutFrom = (['all', ...LANES] as const).find((known) => known === (values.cut ?? 'all'));
    if (!cutFrom || (values.cut !== undefined && fault !== 'partition'))
      return `--cut goes with partition, and is one of all, ${LANES.join(', ')}`;
    if (fault === 'partition' && (values.browser || values.firefox || values.pages !== undefined))
      return 'browsers give no camera to pages of the network that partition makes: use bots';
    const isSoak = fault === 'soak';
    if (values.minutes !== undefined && !isSoak) return `--minutes goes with soak: ${fault} has --rounds`;
    if (isSoak && (values.rounds !== undefined || values.url !== undefined))
      return 'soak goes on for --minutes, on a private server';
    if (values.engine !== undefined && ((fault !== 'reencoder' && !isSoak) || values.url !== undefined))
      return '--engine goes with reencoder and soak, on a private server';
    if (values.crowd !== undefined && fault !== 'storm') return '--crowd goes with storm';
    const engine = [...ENGINES, ...(isSoak ? [OFF] : [])].find((known) => known === (values.engine ?? 'auto'));
    if (!engine) return `--engine is one of ${ENGINES.join(', ')}`;
    const participants = wholeNumber('--participants', values.participants ?? (cluster ? '6' : '4'), 2, 50);
    const asked = values.pages ?? String(values.browser || values.firefox ? Math.min(BROWSER_PAGES, participants) : 0);
    return {
      fault,
      participants,
      pages: wholeNumber('--pages', asked, 0, participants),
      browser: values.firefox ? 'firefox' : 'chromium',
      rounds: wholeNumber('--rounds', values.faults ?? values.rounds ?? (fault === 'random' ? '30' : '10'), 1, 1_000),
      seed: values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber('--seed', values.seed, 0, 2 ** 31),
      floor: values.floor,
      nodes: cluster
        ? wholeNumber('--nodes', values.nodes ?? String(cluster.nodes), fault === 'hot-standby' ? 1 : 2, 10)
        : 1,
      spread: values.spread,
      lastsMs: cluster?.seconds
        ? 1_000 * wholeNumber('--seconds', values.seconds ?? String(cluster.seconds), 1, 600)
        : 0,
      minutes: isSoak ? wholeNumber('--minutes', values.minutes ?? '60', 1, 10_000) : 0,
      cutFrom,
      engine,
      url: values.url === undefined ? undefined : new URL(values.url).origin,
      json: values.json,
      report: values.report,
      crowd: wholeNumber('--crowd', values.crowd ?? '100', 2, 500),
    };
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return error.message;
    throw error;
  }
}

/** The fault of bare mediasoup that a drill is compared with; null if there is none. */
export function floorOf(fault: FaultName): 'worker' | 'server' | null {
  if (fault === 'worker' || fault === 'server') return fault;
  return fault === 'node' || fault === 'hot-standby' ? 'server' : null;
}

function isOfCluster(fault: FaultName): fault is ClusterFault {
  return fault in CLUSTER;
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} is a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}
