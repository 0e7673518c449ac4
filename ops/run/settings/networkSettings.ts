import { isIP } from 'node:net';
import { z } from 'zod';
import { ClientAddresses } from '../../../signaling/http/clientAddress.ts';

/** The forms of settings that name addresses, servers and ports. */

/** `10.0.0.0/8, loopback` */
export const addressRanges = z
  .string()
  .transform((list) => list.split(',').map((entry) => entry.trim()))
  .superRefine((entries, context) => {
    for (const entry of entries) {
      try {
        new ClientAddresses([entry]);
      } catch {
        context.addIssue(
          `has "${entry}", which is no IP address, no range such as 10.0.0.0/8, and none of loopback, linklocal, uniquelocal`,
        );
      }
    }
  });

/** `203.0.113.7:50000, 192.168.1.5, [2001:db8::1]:50000` */
export const announcedAddresses = z
  .string()
  .transform((list) => list.split(',').map((entry) => entry.trim()))
  .transform((entries, context) =>
    entries.flatMap((entry) => {
      const parsed = parseAnnounced(entry);
      if (parsed) return [parsed];
      context.addIssue(
        `has "${entry}", which is no IP address or host name, and none with a port, such as 203.0.113.7:50000`,
      );
      return [];
    }),
  );

function parseAnnounced(entry: string): { address: string; port?: number } | undefined {
  if (isIP(entry)) return { address: entry };
  const [, inBrackets, plain, digits] = /^(?:\[([^\]]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const address = inBrackets ?? plain;
  if (address === undefined || (inBrackets !== undefined && !isIP(inBrackets))) return undefined;
  return { address, ...(port === undefined ? {} : { port }) };
}

export const iceUrl = z.string().regex(/^(stun|turn)s?:[^\s/]+$/, 'must be a URL such as stun:stun.example.org:3478');

/** What browsers take as `iceServers`, in JSON. */
export const iceServers = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue('must be JSON, such as [{"urls": "stun:stun.example.org:3478"}]');
      return z.NEVER;
    }
  })
  .pipe(
    z.array(
      z
        .strictObject({
          urls: z.union([iceUrl.transform((url) => [url]), z.array(iceUrl).min(1)], {
            error: 'must be a URL such as stun:stun.example.org:3478, or a list of them',
          }),
          username: z.string().optional(),
          credential: z.string().optional(),
        })
        .refine(({ urls, username, credential }) => !urls.some(isTurn) || (username && credential), {
          error: 'needs a username and a credential: browsers refuse a TURN server without',
        }),
      { error: 'must be a list, such as [{"urls": "stun:stun.example.org:3478"}]' },
    ),
  );

export function isTurn(url: string): boolean {
  return url.startsWith('turn');
}

/** UDP ports `50000-50999`, the last one included. */
export const portRange = z
  .string()
  .regex(/^\d{1,5}\s*-\s*\d{1,5}$/, 'must be a range of ports such as 50000-50999')
  .transform((range) => {
    const [min = 0, max = 0] = range.split('-').map(Number);
    return { min, max };
  })
  .refine(({ min, max }) => min >= 1024 && max <= 65_535 && max - min >= 1, {
    error: 'must be a range of ports from 1024 to 65535, such as 50000-50999',
  });
