import type { HttpReply } from '../http/http.ts';
import { retryAfterMs } from '../limits/retryAfterMs.ts';
import type { WireError } from '../protocol/errors.ts';
import { httpStatus } from './httpStatus.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const RETRY_AFTER_MS = 2_500;

/** An error as REST answers it: `{ error: { code, message } }`. */
export function errorReply(error: WireError): HttpReply {
  const reply = json(httpStatus(error.code), JSON.stringify({ error }));
  const { headers } = reply;
  switch (error.code) {
    case 'TOKEN_INVALID':
      return { ...reply, headers: { ...headers, 'www-authenticate': 'Basic realm="Everroom", Bearer' } };
    case 'BUSY':
    case 'DRAINING':
    case 'FULL':
    case 'JOURNAL_UNAVAILABLE':
    case 'MEDIA_UNAVAILABLE':
    case 'ROOM_PARKED':
    case 'ROOM_READ_ONLY':
    case 'TOO_MANY_REQUESTS':
    case 'TOO_MUCH_WRITTEN': {
      const seconds = Math.ceil((error.retryAfterMs ?? retryAfterMs(RETRY_AFTER_MS)) / 1_000);
      return { ...reply, headers: { ...headers, 'retry-after': String(seconds) } };
    }
    default:
      return reply;
  }
}

export function json(status: number, body: string): HttpReply {
  return { status, headers: { 'content-type': JSON_TYPE, 'cache-control': 'no-store' }, body };
}
