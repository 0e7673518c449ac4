import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { parseRedisUrl } from '../../recovery/redisUrl.ts';
import { ROOT } from './machine.ts';
import { addressRanges, announcedAddresses, iceServers, iceUrl, isTurn, portRange } from './networkSettings.ts';
import { choice, httpUrl, secret, standbyUrls, wholeNumber, yesNo } from './settingKinds.ts';

/** Names every bad setting and says what to write instead. */
export class ConfigError extends Error {
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(
      `Everroom cannot start with these settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
      options,
    );
    this.name = 'ConfigError';
  }
}

const redisUrl = z.string().superRefine((url, context) => {
  try {
    parseRedisUrl(url);
  } catch (error) {
    context.addIssue(`is no address of a Redis. ${error instanceof Error ? error.message : error}`);
  }
});

const lifetime = wholeNumber(0, 31_536_000_000).default(86_400_000);

/** `shownDefault`: how the documentation names a default that is worked out at start. */
const settings = z.object({
  PORT: wholeNumber(0, 65_535).default(3000).describe('TCP port of the page, the API and signaling.'),
  HOST: z.string().default('0.0.0.0').describe('Address that PORT listens on.'),
  METRICS_PORT: wholeNumber(1, 65_535)
    .optional()
    .describe(
      'TCP port for `/metrics` without the API key, for a Prometheus that you trust. Without it they are on PORT and need ' +
        'the key.',
    )
    .meta({ shownDefault: 'none' }),
  METRICS_HOST: z.string().default('127.0.0.1').describe('Address that METRICS_PORT listens on.'),
  NODE_URL: httpUrl
    .optional()
    .describe('Where browsers reach this node: a name that is in its certificate, or that of the proxy in front of it.')
    .meta({ shownDefault: '`http://localhost:PORT`, with TLS `https://localhost:PORT`' }),
  TLS_CERT: z
    .string()
    .optional()
    .describe(
      'File with the certificate and its chain (PEM), so that PORT speaks TLS. A changed file serves within seconds; one ' +
        'that cannot be used leaves the old certificate in place, and the log says so.',
    )
    .meta({ shownDefault: 'plain HTTP' }),
  TLS_KEY: z
    .string()
    .optional()
    .describe('File with the private key (PEM, without a passphrase) of TLS_CERT.')
    .meta({ shownDefault: 'plain HTTP' }),
  NODE_NAME: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'may have letters, digits, dots, dashes and underscores, at most 64')
    .optional()
    .describe('Name of this node in logs and metrics; restarts keep it.')
    .meta({ shownDefault: 'the name of the machine' }),
  REGION: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'may have letters, digits, dots, dashes and underscores, at most 64')
    .optional()
    .describe('Name for where this node stands, such as `eu-west`; nodes of one place have the same.')
    .meta({ shownDefault: 'none' }),
  INTERNAL_URL: httpUrl
    .optional()
    .describe(
      'Where the other nodes on the same Redis reach this one. What they say to each other is always encrypted.',
    )
    .meta({ shownDefault: '`http://ADDRESS:PORT` (with TLS `https`) with HOST or the first network address' }),
  INTERNAL_MEDIA_ADDRESS: z
    .union([z.ipv4(), z.ipv6()], { error: 'must be one IP address' })
    .optional()
    .describe('IP address of this node that the other nodes send media to.')
    .meta({ shownDefault: 'the address in INTERNAL_URL, else the first network address' }),
  INTERNAL_MEDIA_PORTS: portRange
    .optional()
    .describe(
      'UDP ports for media of the other nodes, such as `52000-52999`: two for each room that two nodes have people of.',
    )
    .meta({ shownDefault: 'any free ones' }),
  EVERROOM_DATA: z
    .string()
    .default('./data')
    .describe('Folder that keeps the rooms (embedded Redis) and the generated secrets.'),
  EVERROOM_USER: z
    .string()
    .regex(/^[\w.-]{1,32}$/, 'must be the name or the number of a user')
    .optional()
    .describe(
      'The user that Everroom becomes when root starts it, with everything that it starts; `root` to stay root.',
    )
    .meta({ shownDefault: 'the owner of EVERROOM_DATA' }),
  REDIS_URL: redisUrl
    .optional()
    .describe(
      'A Redis (7.0 or newer) to use instead of the embedded one: `redis://`, `rediss://`, `redis+sentinel://`, ' +
        '`redis+cluster://` or `unix://`.',
    )
    .meta({ shownDefault: 'an embedded Redis' }),
  REDIS_MEMORY_MB: wholeNumber(0, 1_048_576)
    .default(0)
    .describe('MiB for the embedded Redis; beyond, only what frees memory is recorded. 0: a quarter of the machine.'),
  DURABILITY: choice('fsync', 'replica', 'async')
    .default('fsync')
    .describe(
      'What an acknowledged change survives. `fsync`: power loss of the Redis host. `replica`: loss of the Redis host ' +
        '(needs REDIS_URL and replicas). `async`: up to one second of changes may be lost.',
    ),
  REPLICAS: wholeNumber(1, 16)
    .default(1)
    .describe('With DURABILITY `replica`: how many replicas must have a change before it is acknowledged.'),
  ANNOUNCED_ADDRESS: announcedAddresses
    .optional()
    .describe(
      'Addresses that browsers send media to, separated by commas, the preferred one first: such as the public one and ' +
        'that of the LAN. `ADDRESS:PORT` if a router maps that port (and the following ones) to the media ports.',
    )
    .meta({ shownDefault: 'the loopback and the first network address of the machine' }),
  MEDIA_PORT: wholeNumber(1024, 65_535)
    .default(40_000)
    .describe(
      'The first of the ports for media, UDP and TCP. There are two for each worker, so that a server takes over, or a ' +
        'new version starts, while the one before it still has its ports: open all of them in firewalls.',
    ),
  ICE_TCP: yesNo
    .default(true)
    .describe(
      'Whether MEDIA_PORT takes TCP too, for browsers whose UDP is blocked. Anybody can open connections there: ' +
        'docs/operating.md shows how to limit them.',
    ),
  WORKERS: wholeNumber(1, 256)
    .optional()
    .describe('How many media workers (processes) to run.')
    .meta({ shownDefault: 'one for each core' }),
  WORKER_CAPACITY: wholeNumber(1, 100_000)
    .default(500)
    .describe('Consumers that one worker is meant to carry; a room that needs more spreads over several workers.'),
  MAX_CONSUMERS: wholeNumber(0, 10_000_000)
    .optional()
    .describe(
      'With so many consumers this node takes no newcomers: they go to other nodes, or are refused where there are none. ' +
        'Who is in a room always comes back. 0 for no limit.',
    )
    .meta({ shownDefault: 'four times WORKERS × WORKER_CAPACITY' }),
  BUSY_MS: wholeNumber(20, 60_000)
    .default(200)
    .describe('When this node comes to its work so late (ms, on average), it takes no newcomers either.'),
  ENTRIES_AT_ONCE: wholeNumber(1, 100_000)
    .default(100)
    .describe('How many clients come into rooms of this node at the same time; the others wait for their turn.'),
  LAST_N: wholeNumber(0, 10_000)
    .default(25)
    .describe(
      'How many cameras one viewer receives at most: pinned ones and those of the last speakers; 0 for no limit.',
    ),
  LOUDEST_N: wholeNumber(0, 10_000)
    .default(12)
    .describe('How many microphones one viewer receives at most: those of the last speakers; 0 for everybody.'),
  PAGE_SIZE: wholeNumber(1, 49)
    .default(12)
    .describe(
      'How many tiles a page shows at most. In rooms of more than twice as many tracks a viewer has only those open that ' +
        'it shows or hears, and a few that it may need next.',
    ),
  GRACE_MS: wholeNumber(1000, 3_600_000)
    .default(20_000)
    .describe('How long a participant whose connection broke keeps the place in the room, in milliseconds.'),
  EMPTY_ROOM_MS: lifetime.describe('A room that nobody is in and nobody changes closes after this (ms); 0 for never.'),
  RETENTION_MS: lifetime.describe('A closed room is deleted after this (ms), with its messages and names; 0: at once.'),
  ROOM_MEMORY_MB: wholeNumber(1, 1_024)
    .default(8)
    .describe(
      'MiB that a room may hold in Redis (chat, settings, recent changes), and 2 KiB more for each place. A full room ' +
        'takes no more chat until messages are deleted; people come, go and speak on.',
    ),
  TRUSTED_PROXIES: addressRanges
    .prefault('loopback')
    .describe(
      'Proxies whose X-Forwarded-For is believed: addresses, ranges such as `10.0.0.0/8`, `loopback`, `linklocal` or ' +
        '`uniquelocal`, separated by commas. People behind any other proxy share one rate limit.',
    )
    .meta({ shownDefault: '`loopback`' }),
  ICE_SERVERS: iceServers
    .optional()
    .describe(
      'STUN and TURN servers for browsers that do not reach this node directly: a JSON list as in `RTCConfiguration`. ' +
        'Everybody in a room can read them.',
    )
    .meta({ shownDefault: 'none' }),
  TURN_URLS: z
    .string()
    .transform((list) => list.split(',').map((url) => url.trim()))
    .superRefine((urls, context) => {
      for (const url of urls) {
        if (iceUrl.safeParse(url).success && isTurn(url)) continue;
        context.addIssue(
          `has "${url}", which is no URL such as turn:turn.example.org:3478 or turns:turn.example.org:443`,
        );
      }
    })
    .optional()
    .describe(
      'TURN servers that share TURN_SECRET with this node, separated by commas: clients get credentials of their own that ' +
        'end after six hours (coturn: `use-auth-secret`).',
    )
    .meta({ shownDefault: 'none' }),
  TURN_SECRET: z
    .string()
    .min(16, 'must have at least 16 characters (try: openssl rand -hex 32)')
    .optional()
    .describe('Secret that this node shares with the servers of TURN_URLS (coturn: `static-auth-secret`).')
    .meta({ shownDefault: 'none' }),
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
  OLD_TOKEN_SECRETS: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(secret).max(8))
    .optional()
    .describe(
      'Secrets that signed tokens before TOKEN_SECRET, separated by commas: their tokens stay valid. Keep one for 30 days.',
    )
    .meta({ shownDefault: 'none' }),
  REENCODER: choice('auto', 'off', 'libav', 'ffmpeg')
    .default('auto')
    .describe(
      'The reencoder (sidecar) that `npm start` runs beside the server, and its engine. `auto`: the best engine that works ' +
        'here. `off`: `npm start` runs none; sidecars on other machines still serve this node.',
    ),
  REENCODER_TRACKS: wholeNumber(1, 1_000)
    .optional()
    .describe('How many tracks one sidecar reencodes at most.')
    .meta({ shownDefault: 'as many as its CPU is measured to carry' }),
  REENCODED_TRACKS_PER_ROOM: wholeNumber(0, 1_000)
    .default(4)
    .describe('How many tracks of one room this node has reencoded at most, whatever its hosts wish; `0` for none.'),
  REENCODER_ADDRESS: z
    .union([z.ipv4(), z.ipv6()], { error: 'must be one IP address' })
    .optional()
    .describe('IP address of a sidecar that nodes send media to; it must be one of its machine.')
    .meta({ shownDefault: 'the loopback address for a node on the same machine, else the first network address' }),
  REENCODER_PORTS: portRange
    .optional()
    .describe('UDP ports of a node for sidecars on other machines, two a track, such as `50000-50999`.')
    .meta({ shownDefault: 'any free ones' }),
  SIDECAR_URL: httpUrl
    .optional()
    .describe(
      'Where sidecars reach this node. The keys of their media travel over it: use TLS_CERT, or `https://` through a ' +
        'proxy, if the network between is not trusted.',
    )
    .meta({ shownDefault: '`http://ADDRESS:PORT` (with TLS `https`) with HOST or the first network address' }),
  SIDECAR_SECRET: secret
    .optional()
    .describe('Secret that nodes and sidecars share, at least 32 characters; the same on every machine.')
    .meta({ shownDefault: 'generated and kept in EVERROOM_DATA' }),
  OPEN_ROOM_CREATION: yesNo
    .optional()
    .describe('Whether anybody may create a room from the page, without the API key.')
    .meta({ shownDefault: '`true` while API_KEY is not set, else `false`' }),
  GUEST_ACCESS: yesNo
    .optional()
    .describe(
      'Whether people with the link of a room may come in without a token from your backend. Rooms that a backend makes ' +
        'refuse them unless it says `guests`.',
    )
    .meta({ shownDefault: 'as OPEN_ROOM_CREATION' }),
  HOT_STANDBY: choice('off', 'allowed', 'on')
    .default('allowed')
    .describe(
      'Whether clients keep a second place, with all sound twice: nowhere, if a room asks, or unless it refuses.',
    ),
  STANDBY_PORT: wholeNumber(1, 65_534)
    .optional()
    .describe('The first of two TCP ports for a hot standby on this machine, which opens one if a room wants it.')
    .meta({ shownDefault: 'the two after the media ports' }),
  STANDBY_URLS: standbyUrls
    .optional()
    .describe('Where browsers reach these two ports through a proxy: two URLs, separated by a comma.')
    .meta({ shownDefault: 'at the host of NODE_URL' }),
  PEOPLE_PER_ADDRESS: wholeNumber(1, 10_000)
    .default(20)
    .describe(
      'How many people of one network address may be in a room, and in its lobby, without a token from your backend: ' +
        'more than the largest office behind one address.',
    ),
  ROOMS_PER_ADDRESS: wholeNumber(1, 1_000_000)
    .default(100)
    .describe(
      'How many rooms that people of one network address made without the API key may exist at the same time, on all nodes ' +
        'together.',
    ),
  FENCE_AFTER_MS: wholeNumber(4_000, 60_000)
    .default(10_000)
    .describe(
      'A node that has not reached Redis for this long (ms), while other nodes have it, sends its people to them; the same ' +
        'on every node.',
    ),
  LOG_LEVEL: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')
    .default('info')
    .describe('The least important level of log line that is written.'),
  UNRESPONSIVE_MS: wholeNumber(500, 600_000)
    .default(3000)
    .describe(
      'A server process that is silent for this long (milliseconds) is killed and its standby takes over; one that is ' +
        'busy computing gets four times as long.',
    ),
  DRAIN_MS: wholeNumber(1_000, 600_000)
    .default(30_000)
    .describe(
      'How long (milliseconds) a node that is told to end gives its people to go over to other nodes. It ends sooner when ' +
        'nobody is left, and at once when there is no other node.',
    ),
});

export type Settings = z.infer<typeof settings>;

/**
 * The settings that an environment and the text of a settings file make together; the environment wins. `problems`
 * names what is in the file and means nothing.
 * @throws ConfigError naming every bad setting.
 */
export function parseSettings(
  env: Readonly<Record<string, string | undefined>>,
  fileText: string,
): { set: Settings; problems: string[] } {
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
  return { set: parsed.data, problems };
}

/** Returns true if the environment or the settings file sets it. @throws ConfigError */
export function isSet(name: keyof Settings, env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return Boolean(env[name] || parseEnv(settingsFile(env.EVERROOM_CONFIG))[name]);
}

/** The text of `everroom.env` in the checkout, or of the file that EVERROOM_CONFIG names. @throws ConfigError */
export function settingsFile(named: string | undefined): string {
  const path = settingsPath(named);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!named && isMissing(error)) return '';
    throw new ConfigError([
      `the settings file ${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    ]);
  }
}

export function settingsPath(named: string | undefined): string {
  return named ? resolve(named) : join(ROOT, 'everroom.env');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
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
