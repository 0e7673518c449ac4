import { z } from 'zod';
import { announcedAddresses, iceServers, iceUrl, isTurn } from './networkSettings.ts';
import { wholeNumber, yesNo } from './settingKinds.ts';

/** How media reach people, and how many. */
export const mediaSettings = {
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
  LAST_N: wholeNumber(0, 10_000)
    .default(25)
    .describe(
      'How many cameras one viewer receives at most: pinned ones and those of the last speakers; 0 for no limit.',
    ),
  LOUDEST_N: wholeNumber(0, 10_000)
    .default(12)
    .describe('How many microphones one viewer receives at most: those of the last speakers; 0 for everybody.'),
  LAST_SCREENS: wholeNumber(0, 10_000)
    .default(12)
    .describe('How many screens one viewer receives at most, as with LAST_N; 0 for no limit.'),
  PAGE_SIZE: wholeNumber(1, 49)
    .default(12)
    .describe(
      'How many tiles a page shows at most, where the room does not say. In rooms of more than twice as many tracks a viewer ' +
        'has only those open that it shows or hears, and a few that it may need next.',
    ),
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
};
