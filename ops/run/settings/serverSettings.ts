import { z } from 'zod';
import { addressRanges, portRange } from './networkSettings.ts';
import { choice, httpUrl, wholeNumber } from './settingKinds.ts';

/** Where a server listens, what it is called and how it runs. */
export const serverSettings = {
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
  TRUSTED_PROXIES: addressRanges
    .prefault('loopback')
    .describe(
      'Proxies whose X-Forwarded-For is believed: addresses, ranges such as `10.0.0.0/8`, `loopback`, `linklocal` or ' +
        '`uniquelocal`, separated by commas. People behind any other proxy share one rate limit.',
    )
    .meta({ shownDefault: '`loopback`' }),
  SIGNALING_ENGINE: choice('auto', 'uws', 'ws')
    .default('auto')
    .describe('What carries signaling. `auto`: uWebSockets.js where its binary loads, else `ws`.'),
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
  EVERROOM_USER: z
    .string()
    .regex(/^[\w.-]{1,32}$/, 'must be the name or the number of a user')
    .optional()
    .describe(
      'The user that Everroom becomes when root starts it, with everything that it starts; `root` to stay root.',
    )
    .meta({ shownDefault: 'the owner of EVERROOM_DATA' }),
  LOG_LEVEL: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')
    .default('info')
    .describe('The least important level of log line that is written.'),
  BUSY_MS: wholeNumber(20, 60_000)
    .default(200)
    .describe('When this node comes to its work so late (ms, on average), it takes no newcomers either.'),
  ENTRIES_AT_ONCE: wholeNumber(1, 100_000)
    .default(100)
    .describe('How many clients come into rooms of this node at the same time; the others wait for their turn.'),
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
  FENCE_AFTER_MS: wholeNumber(4_000, 60_000)
    .default(10_000)
    .describe(
      'A node that has not reached Redis for this long (ms), while other nodes have it, sends its people to them; the same ' +
        'on every node.',
    ),
};
