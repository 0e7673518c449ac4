import type { NotificationBody } from '../protocol/notifications.ts';
import { toReencodingStatus2 } from '../protocol2/toProtocol2.ts';
import { encode, encodeAs } from './notifications.ts';

/** The state of reencoding as text, for clients of this protocol. */
export function encodedStatus(status: NotificationBody<'reencodingStatus'>, protocol: number): string {
  if (protocol === 2) return encodeAs('reencodingStatus', toReencodingStatus2(status));
  return encode('reencodingStatus', status);
}
