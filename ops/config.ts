import { readFileSync } from 'node:fs';
import { availableParallelism, hostname, networkInterfaces } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import type { Durability } from '../recovery/journal/durability.ts';
import { parseRedisUrl } from '../recovery/redisUrl.ts';
import { keptSecrets } from './keptSecrets.ts';
import { Secret } from './Secret.ts';

/** Everything a server is told from outside, in one slice for each part. Below `ops` nothing reads the environment. */
export interface Config {
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Where browsers reach this node, without a slash at the end. */
    readonly publicUrl: string;
  };
  readonly signaling: { readonly engine: 'auto' | 'uws' | 'ws' };
  readonly redis: {
    /** In one of the forms of `parseRedisUrl`; undefined: the supervisor brings an embedded Redis. */
    readonly url: Secret | undefined;
    readonly durability: Durability;
  };
  readonly media: {
    /** One entry for each address that a worker listens on. */
    readonly listen: readonly { readonly ip: string; readonly announcedAddress?: string }[];
    /** Worker i listens on `basePort + i`, UDP and TCP. */
    readonly basePort: number;
    readonly workers: number;
    /** In consumers. */
    readonly workerCapacity: number;
    /** null: everybody. */
    readonly policy: { readonly lastN: number | null; readonly loudestN: number | null };
  };
  readonly room: { readonly graceMs: number };
  readonly auth: {
    readonly apiKey: string;
    readonly apiSecret: Secret;
    readonly tokenSecret: Secret;
    readonly openRoomCreation: boolean;
  };
  readonly log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' };
  readonly node: { readonly name: string; readonly dataFolder: string };
  readonly supervisor: { readonly unresponsiveMs: number };
}

/** Names every bad setting and says what to write instead. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`Everroom cannot start with these settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int(error).min(min, error).max(max, error);
};

const choice = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

const yesNo = z
  .enum(['true', 'false', 'yes', 'no', '1', '0'], { error: 'must be true or false' })
  .transform((value) => value === 'true' || value === 'yes' || value === '1');

const secret = z.string().min(32, 'must have at least 32 characters (try: openssl rand -hex 32)');

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL such as https://meet.example.org' });

const redisUrl = z.string().superRefine((url, context) => {
  try {
    parseRedisUrl(url);
  } catch (error) {
    context.addIssue(`is no address of a Redis. ${error instanceof Error ? error.message : error}`);
  }
});

/** `shownDefault`: how the documentation names a default that is worked out at start. */
const settings = z.object({
  PORT: wholeNumber(0, 65_535).default(3000).describe('TCP port of the page, the API and signaling.'),
  HOST: z.string().default('0.0.0.0').describe('Address that PORT listens on.'),
  NODE_URL: httpUrl
    .optional()
    .describe('Where browsers reach this node, when a proxy stands before it.')
    .meta({ shownDefault: '`http://localhost:PORT`' }),
  NODE_NAME: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'may have letters, digits, dots, dashes and underscores, at most 64')
    .optional()
    .describe('Name of this node in logs and metrics; restarts keep it.')
    .meta({ shownDefault: 'the name of the machine' }),
  EVERROOM_DATA: z
    .string()
    .default('./data')
    .describe('Folder for everything that is kept: rooms (embedded Redis) and generated secrets.'),
  REDIS_URL: redisUrl
    .optional()
    .describe(
      'A Redis (7.0 or newer) to use instead of the embedded one: `redis://`, `rediss://`, `redis+sentinel://`, ' +
        '`redis+cluster://` or `unix://`.',
    )
    .meta({ shownDefault: 'an embedded Redis' }),
  DURABILITY: choice('fsync', 'replica', 'async')
    .default('fsync')
    .describe(
      'What an acknowledged change survives. `fsync`: power loss of the Redis host. `replica`: loss of the Redis host ' +
        '(needs REDIS_URL and replicas). `async`: up to one second of changes may be lost.',
    ),
  REPLICAS: wholeNumber(1, 16)
    .default(1)
    .describe('With DURABILITY `replica`: how many replicas must have a change before it is acknowledged.'),
  ANNOUNCED_ADDRESS: z
    .string()
    .regex(/^[\w.:-]+$/, 'must be one IP address or host name')
    .optional()
    .describe('Address that browsers send media to, when it is not one of the machine itself (NAT, container, cloud).')
    .meta({ shownDefault: 'the loopback and the first network address of the machine' }),
  MEDIA_PORT: wholeNumber(1024, 65_535)
    .default(40_000)
    .describe('Port for media, UDP and TCP, of the first worker; each further worker takes the next one.'),
  WORKERS: wholeNumber(1, 256)
    .optional()
    .describe('How many media workers (processes) to run.')
    .meta({ shownDefault: 'one for each core' }),
  WORKER_CAPACITY: wholeNumber(1, 100_000)
    .default(500)
    .describe('Consumers that one worker is meant to carry; a room that needs more spreads over several workers.'),
  LAST_N: wholeNumber(0, 10_000)
    .default(25)
    .describe('Cameras that one viewer receives at the most: the last speakers and what is pinned; 0 for no limit.'),
  LOUDEST_N: wholeNumber(0, 10_000)
    .default(0)
    .describe('Microphones that one viewer receives at the most: the last speakers; 0 for everybody.'),
  GRACE_MS: wholeNumber(1000, 3_600_000)
    .default(20_000)
    .describe('How long a participant whose connection broke keeps the place in the room, in milliseconds.'),
  SIGNALING_ENGINE: choice('auto', 'uws', 'ws')
    .default('auto')
    .describe('What carries signaling. `auto`: uWebSockets.js where its binary loads, else `ws`.'),
  API_KEY: z
    .string()
    .regex(/^[\w.-]{4,128}$/, 'must have 4 to 128 letters, digits, dots, dashes or underscores')
    .optional()
    .describe('Name of the key that backends use for the REST API.')
    .meta({ shownDefault: 'generated and kept in EVERROOM_DATA' }),
  API_SECRET: secret
    .optional()
    .describe('Secret that goes with API_KEY, at least 32 characters.')
    .meta({ shownDefault: 'generated and kept in EVERROOM_DATA' }),
  TOKEN_SECRET: secret
    .optional()
    .describe('Secret that signs join tokens, at least 32 characters; the same on every node.')
    .meta({ shownDefault: 'generated and kept in EVERROOM_DATA' }),
  OPEN_ROOM_CREATION: yesNo
    .optional()
    .describe('Whether anybody may create a room from the page.')
    .meta({ shownDefault: '`true` while API_KEY is not set, else `false`' }),
  LOG_LEVEL: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')
    .default('info')
    .describe('The least important kind of log line that is written.'),
  UNRESPONSIVE_MS: wholeNumber(500, 600_000)
    .default(3000)
    .describe('A server process that is silent for so long (milliseconds) is killed and its standby takes over.'),
});

/** What of the machine the defaults depend on. */
export interface Machine {
  readonly cores: number;
  readonly name: string;
  /** Every address of its own, the loopback's among them. */
  readonly addresses: readonly string[];
  /** The address that others on the network know the machine by, if it has one. */
  readonly networkAddress: string | undefined;
  /** Relative paths start here. */
  readonly folder: string;
}

/** Secrets that were not configured; called only when one is missing. */
export type SecretsOf = (dataFolder: string) => { apiKey: string; apiSecret: string; tokenSecret: string };

/**
 * The configuration that an environment and the text of a settings file make together; the environment wins.
 * @throws ConfigError naming every bad setting.
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  fileText: string,
  machine: Machine,
  generatedSecrets: SecretsOf,
): Config {
  const inFile = parseEnv(fileText);
  const problems = Object.keys(inFile)
    .filter((name) => !(name in settings.shape))
    .map((name) => `${name} in the settings file is not a setting`);
  const given: Record<string, string> = {};
  for (const name of Object.keys(settings.shape)) {
    const value = (env[name] || inFile[name])?.trim();
    if (value) given[name] = value;
  }
  const parsed = settings.safeParse(given);
  problems.push(...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`));
  if (!parsed.success) throw new ConfigError(problems);
  const set = parsed.data;

  const workers = set.WORKERS ?? machine.cores;
  const lastMediaPort = set.MEDIA_PORT + workers - 1;
  if (lastMediaPort > 65_535) {
    problems.push(
      `MEDIA_PORT ${set.MEDIA_PORT} leaves no room for ${workers} workers: choose one below ${65_536 - workers}`,
    );
  }
  if (set.PORT >= set.MEDIA_PORT && set.PORT <= lastMediaPort) {
    problems.push(`PORT ${set.PORT} is one of the media ports ${set.MEDIA_PORT} to ${lastMediaPort}: choose another`);
  }
  if (!set.API_KEY !== !set.API_SECRET) {
    problems.push(`${set.API_KEY ? 'API_SECRET' : 'API_KEY'} must be set too: API_KEY and API_SECRET belong together`);
  }
  if (set.DURABILITY === 'replica' && !set.REDIS_URL) {
    problems.push('DURABILITY replica needs REDIS_URL: the embedded Redis has no replica');
  }
  if (problems.length > 0) throw new ConfigError(problems);

  const dataFolder = isAbsolute(set.EVERROOM_DATA) ? set.EVERROOM_DATA : resolve(machine.folder, set.EVERROOM_DATA);
  const generated = set.API_SECRET && set.TOKEN_SECRET ? undefined : generatedSecrets(dataFolder);
  return {
    http: {
      host: set.HOST,
      port: set.PORT,
      publicUrl: (set.NODE_URL ?? `http://localhost:${set.PORT}`).replace(/\/+$/, ''),
    },
    signaling: { engine: set.SIGNALING_ENGINE },
    redis: {
      url: set.REDIS_URL ? new Secret(set.REDIS_URL) : undefined,
      durability: set.DURABILITY === 'replica' ? { mode: 'replica', replicas: set.REPLICAS } : { mode: set.DURABILITY },
    },
    media: {
      listen: mediaListen(set.ANNOUNCED_ADDRESS, machine),
      basePort: set.MEDIA_PORT,
      workers,
      workerCapacity: set.WORKER_CAPACITY,
      policy: { lastN: set.LAST_N || null, loudestN: set.LOUDEST_N || null },
    },
    room: { graceMs: set.GRACE_MS },
    auth: {
      apiKey: set.API_KEY ?? generated?.apiKey ?? '',
      apiSecret: new Secret(set.API_SECRET ?? generated?.apiSecret ?? ''),
      tokenSecret: new Secret(set.TOKEN_SECRET ?? generated?.tokenSecret ?? ''),
      openRoomCreation: set.OPEN_ROOM_CREATION ?? !set.API_KEY,
    },
    log: { level: set.LOG_LEVEL },
    node: { name: set.NODE_NAME ?? machine.name, dataFolder },
    supervisor: { unresponsiveMs: set.UNRESPONSIVE_MS },
  };
}

/**
 * Browsers on the machine and on its network are each told an address that they reach. An announced address that the machine
 * itself has is listened on by itself, so that answers leave with the address that they were sent to; behind any other
 * (NAT, a name) every address is listened on.
 */
function mediaListen(
  announcedAddress: string | undefined,
  { addresses, networkAddress }: Machine,
): Config['media']['listen'] {
  if (announcedAddress && addresses.includes(announcedAddress)) return [{ ip: announcedAddress }];
  if (announcedAddress) return [{ ip: '0.0.0.0', announcedAddress }];
  const own = networkAddress ? [networkAddress, '127.0.0.1'] : ['127.0.0.1'];
  return own.map((ip) => ({ ip }));
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Reads the environment and the settings file: `everroom.env` in the checkout, or the file that EVERROOM_CONFIG names.
 * Secrets that were not set are generated once and kept in the data folder.
 * @throws ConfigError naming every bad setting; an error of the file system where the data folder cannot be written.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  return parseConfig(env, settingsFile(env.EVERROOM_CONFIG), thisMachine(), keptSecrets);
}

function settingsFile(named: string | undefined): string {
  const path = named ? resolve(named) : join(ROOT, 'everroom.env');
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!named && isMissing(error)) return '';
    throw new ConfigError([
      `the settings file ${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    ]);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function thisMachine(): Machine {
  // Bridges of containers and virtual machines are addresses that nobody outside knows.
  const outside = Object.entries(networkInterfaces())
    .filter(([name]) => !/^(docker|br-|veth|virbr|vmnet|cni|flannel|tun|tap|utun)/.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .find((address) => address.family === 'IPv4' && !address.internal && !address.address.startsWith('169.254.'));
  return {
    cores: availableParallelism(),
    name:
      hostname()
        .replace(/[^\w.-]/g, '-')
        .slice(0, 64) || 'everroom',
    addresses: Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
    networkAddress: outside?.address,
    folder: ROOT,
  };
}

export interface SettingDescription {
  readonly name: string;
  readonly shownDefault: string;
  readonly description: string;
}

/** All settings in the order of the schema, for the table in the README. */
export function describeSettings(): SettingDescription[] {
  return Object.entries(settings.shape).map(([name, schema]) => {
    const { description = '', shownDefault } = schema.meta() ?? {};
    const fallback = schema instanceof z.ZodDefault ? `\`${String(schema.def.defaultValue)}\`` : '';
    return { name, shownDefault: typeof shownDefault === 'string' ? shownDefault : fallback, description };
  });
}
