import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Returns whether an Authorization header carries the API key: `Basic` with key and secret, or `Bearer` with the secret
 * alone. Takes the same time for every wrong header.
 */
export function hasApiKey(authorization: string | undefined, apiKey: string, apiSecret: string): boolean {
  const [scheme = '', credentials = ''] = authorization?.trim().split(/\s+/, 2) ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic':
      return sameText(Buffer.from(credentials, 'base64').toString('utf8'), `${apiKey}:${apiSecret}`);
    case 'bearer':
      return sameText(credentials, apiSecret);
    default:
      return false;
  }
}

function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
