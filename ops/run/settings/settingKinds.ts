import { z } from 'zod';

/** Kinds of settings; each says what to write when a value is none of it. */
export const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int(error).min(min, error).max(max, error);
};

export const choice = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

export const yesNo = z
  .enum(['true', 'false', 'yes', 'no', '1', '0'], { error: 'must be true or false' })
  .transform((value) => value === 'true' || value === 'yes' || value === '1');

export const secret = z.string().min(32, 'must have at least 32 characters (try: openssl rand -hex 32)');

export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL such as https://meet.example.org' });

const ORIGIN = /^https?:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/;

/** `https://intranet.example.org, https://*.example.org` */
export const origins = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim().toLowerCase()))
  .pipe(z.array(z.string().regex(ORIGIN, 'must be origins such as https://intranet.example.org, without a path')));

export const standbyUrls = z
  .string()
  .transform((list) => list.split(',').map((url) => url.trim().replace(/\/+$/, '')))
  .pipe(z.array(httpUrl).length(2, 'must be two URLs, separated by a comma'));

/** `groups=staff,chairs` */
export const claimValues = z
  .string()
  .regex(/^[^=\s]+=\S.*$/, 'must be a claim and its values, such as groups=staff,chairs')
  .transform((text) => {
    const [claim = '', values = ''] = text.split(/=(.*)/s);
    return {
      claim,
      values: values
        .split(',')
        .map((value) => value.trim())
        .filter((value) => value !== ''),
    };
  });
