import { z } from 'zod';
import { portRange } from './networkSettings.ts';
import { choice, httpUrl, secret, wholeNumber } from './settingKinds.ts';

/** The sidecars that encode tracks again. */
export const reencoderSettings = {
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
};
