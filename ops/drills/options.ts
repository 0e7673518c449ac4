import { parseArgs } from 'node:util';
import { EngineName } from '../../core/reencoding/messages.ts';
import type { BrowserName } from '../kit/clients/DrillBrowser.ts';

const FAULT_NAMES = ['worker', 'server', 'reencoder', 'redis-failover'] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

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
  /** The engine of the private server's reencoder: a name, or `auto`. */
  readonly engine: 'auto' | EngineName;
  /** A running Everroom on this machine; undefined for a private one. */
  readonly url: string | undefined;
  readonly json: string | undefined;
}

export const USAGE = `npm run drill -- worker|server|reencoder|redis-failover [options]

  --participants N   how many are in the room (4)
  --rounds N         how often something is killed (10); the reencoder is killed and frozen for 3 s in turn
  --browser          three of them are Chromium pages, or all if there are fewer
  --firefox          three of them are Firefox pages, or all if there are fewer
  --pages N          N of them are pages
  --floor            first inject the same faults into a call on bare mediasoup, with the same clients, for comparison
  --engine NAME      engine of the private server's reencoder: libav, ffmpeg, or auto (the default)
  --url URL          drill the Everroom of this checkout that runs at URL, not a private one
  --seed N           repeat the moments of an earlier drill
  --json FILE        write the result as JSON too`;

const BROWSER_PAGES = 3;
const ENGINES = ['auto', ...EngineName.options] as const;

/** Returns the options, or a sentence that says what is wrong with the arguments. */
export function parseOptions(args: readonly string[]): DrillOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        participants: { type: 'string', default: '4' },
        rounds: { type: 'string', default: '10' },
        browser: { type: 'boolean', default: false },
        firefox: { type: 'boolean', default: false },
        pages: { type: 'string' },
        floor: { type: 'boolean', default: false },
        engine: { type: 'string' },
        url: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'string' },
      },
    });
    const [name, ...more] = positionals;
    const fault = FAULT_NAMES.find((known) => known === name);
    if (!fault || more.length > 0) return `name one fault: ${FAULT_NAMES.join(', ')}`;
    if (values.floor && fault !== 'worker' && fault !== 'server')
      return `bare mediasoup has no ${fault}: use --floor with worker or server`;
    if (fault === 'redis-failover' && values.url !== undefined)
      return 'redis-failover needs a Redis of its own: use it on a private server';
    if (values.engine !== undefined && (fault !== 'reencoder' || values.url !== undefined))
      return '--engine goes with reencoder, on a private server';
    const engine = ENGINES.find((known) => known === (values.engine ?? 'auto'));
    if (!engine) return `--engine is one of ${ENGINES.join(', ')}`;
    const participants = wholeNumber('--participants', values.participants, 2, 50);
    const asked = values.pages ?? String(values.browser || values.firefox ? Math.min(BROWSER_PAGES, participants) : 0);
    return {
      fault,
      participants,
      pages: wholeNumber('--pages', asked, 0, participants),
      browser: values.firefox ? 'firefox' : 'chromium',
      rounds: wholeNumber('--rounds', values.rounds, 1, 1_000),
      seed: values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber('--seed', values.seed, 0, 2 ** 31),
      floor: values.floor,
      engine,
      url: values.url === undefined ? undefined : new URL(values.url).origin,
      json: values.json,
    };
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return error.message;
    throw error;
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} is a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}
