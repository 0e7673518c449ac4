import { parseArgs } from 'node:util';
import { EngineName } from '../../core/reencoding/messages.ts';
import type { BrowserName } from '../kit/clients/DrillBrowser.ts';
import { LANES } from '../kit/network/PrivateNetworks.ts';
import { CLUSTER, DRILL_OPTIONS, ONE_SERVER } from './drillWords.mjs';
import type { CutFrom } from './faults/cutNode.ts';

type ClusterFault = keyof typeof CLUSTER;
type FaultName = (typeof ONE_SERVER)[number] | ClusterFault;
const FAULT_NAMES: readonly FaultName[] = [...ONE_SERVER, ...(Object.keys(CLUSTER) as ClusterFault[])];

export interface DrillOptions {
  readonly fault: FaultName;
  readonly participants: number;
  /** How many of them are pages of a browser. */
  readonly pages: number;
  readonly browser: BrowserName;
  /** The pages are the meeting page itself, with a camera of 1280 × 720 in three layers. */
  readonly meetingPages: boolean;
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

${optionLines().join('\n')}

  npm run drill -- --from RESULT.json --report FILE    the page about an earlier drill, from its JSON`;

const BROWSER_PAGES = 3;
const ENGINES = ['auto', ...EngineName.options] as const;
const OFF = 'off' as const;

/** Returns the options, or a sentence that says what is wrong with the arguments. */
export function parseOptions(args: readonly string[]): DrillOptions | string {
  try {
    const { values, positionals } = parse(args);
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
    if (fault === 'partition' && (values.browser || values.firefox || values.page || values.pages !== undefined))
      return 'browsers give no camera to pages of the network that partition makes: use bots';
    if (values.page && (values.firefox || values.browser || values.pages !== undefined))
      return '--page makes everybody a Chromium at the meeting page: use it without --browser, --firefox and --pages';
    const isSoak = fault === 'soak';
    if (values.minutes !== undefined && !isSoak) return `--minutes goes with soak: ${fault} has --rounds`;
    if (isSoak && (values.rounds !== undefined || values.url !== undefined))
      return 'soak goes on for --minutes, on a private server';
    if (values.engine !== undefined && ((fault !== 'reencoder' && !isSoak) || values.url !== undefined))
      return '--engine goes with reencoder and soak, on a private server';
    if (values.crowd !== undefined && fault !== 'storm') return '--crowd goes with storm';
    const engine = [...ENGINES, ...(isSoak ? [OFF] : [])].find((known) => known === (values.engine ?? 'auto'));
    if (!engine) return `--engine is one of ${ENGINES.join(', ')}`;
    const usual = values.page ? '2' : cluster ? '6' : '4';
    const participants = wholeNumber('--participants', values.participants ?? usual, 2, 50);
    const asked = values.page
      ? String(participants)
      : (values.pages ?? String(values.browser || values.firefox ? Math.min(BROWSER_PAGES, participants) : 0));
    return {
      fault,
      participants,
      pages: wholeNumber('--pages', asked, 0, participants),
      browser: values.firefox ? 'firefox' : 'chromium',
      meetingPages: values.page,
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

type Values = {
  readonly [Name in keyof typeof DRILL_OPTIONS]: (typeof DRILL_OPTIONS)[Name] extends { readonly value: string }
    ? string | undefined
    : boolean;
};

/** @throws TypeError when there are others */
function parse(args: readonly string[]): { readonly values: Values; readonly positionals: readonly string[] } {
  const options = Object.entries(DRILL_OPTIONS).map(([name, option]) =>
    'value' in option ? [name, { type: 'string' as const }] : [name, { type: 'boolean' as const, default: false }],
  );
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: Object.fromEntries(options),
  });
  // `options` says what is a flag as `Values` does; TypeScript cannot follow it through `fromEntries`.
  return { values: values as Values, positionals };
}

function optionLines(): string[] {
  const options = Object.entries(DRILL_OPTIONS).map(([name, option]) => {
    return { left: `--${name}${'value' in option ? ` ${option.value}` : ''}`, about: option.about };
  });
  const width = Math.max(...options.map(({ left }) => left.length));
  return options.map(({ left, about }) => `  ${left.padEnd(width)}  ${about}`);
}

function isOfCluster(fault: FaultName): fault is ClusterFault {
  return fault in CLUSTER;
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} is a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}
