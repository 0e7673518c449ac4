import { parseArgs } from 'node:util';
import { CROWDS } from './reencoder/storm.ts';
import { REENCODER_PARTS, type ReencoderOptions } from './reencoder.ts';

const BENCH_NAMES = [
  'journal',
  'replay',
  'rebuild',
  'cluster',
  'join',
  'forward',
  'people',
  'room',
  'reencoder',
  'abuse',
  'web',
] as const;
export type BenchName = (typeof BENCH_NAMES)[number];

export interface BenchOptions {
  readonly bench: BenchName;
  readonly reencoder: ReencoderOptions;
  /** How long a hostile client goes on. */
  readonly abuseSeconds: number;
  readonly json: string | undefined;
}

export const USAGE = `npm run bench -- ${BENCH_NAMES.join('|')} [--json FILE]
npm run bench -- abuse [--seconds N] [--json FILE]
npm run bench -- reencoder [--part ${REENCODER_PARTS.join('|')}] [--seconds N] [--viewers N,N] [--json FILE]

  --part NAME    only this part of the benchmark of the reencoder
  --seconds N    how long viewers come and go in each storm, or a hostile client goes on (60); storms are
                 shortened so that all of them end within ten minutes
  --viewers N,N  the numbers of viewers, one storm for each (${CROWDS.join(',')})
  --json FILE    write the figures as JSON too`;

/** Returns the options, or a sentence that says what is wrong with the arguments. */
export function parseOptions(args: readonly string[]): BenchOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        part: { type: 'string' },
        seconds: { type: 'string', default: '60' },
        viewers: { type: 'string', default: CROWDS.join() },
      },
    });
    const [name, ...more] = positionals;
    const bench = BENCH_NAMES.find((known) => known === name);
    if (!bench || more.length > 0) return `name one benchmark: ${BENCH_NAMES.join(', ')}`;
    const part = REENCODER_PARTS.find((known) => known === values.part);
    if (values.part !== undefined && (!part || bench !== 'reencoder')) {
      return `--part is one of the reencoder's: ${REENCODER_PARTS.join(', ')}`;
    }
    const seconds = Number(values.seconds);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600) return '--seconds is a whole number from 1 to 600';
    const viewers = values.viewers.split(',').map(Number);
    if (!viewers.every((crowd) => Number.isInteger(crowd) && crowd >= 1 && crowd <= 2_000)) {
      return '--viewers is a list of whole numbers from 1 to 2000: 10,100,1000';
    }
    return { bench, reencoder: { part, seconds, viewers }, abuseSeconds: seconds, json: values.json };
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}
