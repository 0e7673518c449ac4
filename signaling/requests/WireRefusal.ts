import { RoomParked } from '../../core/host/RoomParked.ts';
import { RoomReadOnly } from '../../core/host/RoomReadOnly.ts';
import { MediaError } from '../../core/media/MediaError.ts';
import { JournalFull, RoomFull, Unavailable } from '../../core/ports.ts';
import { Refusal, type RefusalCode } from '../../core/room/refusal.ts';
import type { ErrorCode, WireError } from '../protocol/errors.ts';

interface WireRefusalOptions extends ErrorOptions {
  readonly protocol?: number;
  readonly retryAfterMs?: number;
  readonly nodes?: readonly string[];
}

/** The connection says no: a bad token, too many requests, a message that does not fit its schema. */
export class WireRefusal extends Error {
  readonly code: ErrorCode;
  /** With PROTOCOL_UNSUPPORTED: the newest protocol of this server. */
  readonly protocol: number | undefined;
  /** With BUSY and FULL: when to ask again. */
  readonly retryAfterMs: number | undefined;
  /** With GO_TO and DRAINING: where to go, best first. */
  readonly nodes: readonly string[] | undefined;

  constructor(code: ErrorCode, message: string, options: WireRefusalOptions = {}) {
    super(message, options);
    this.protocol = options.protocol;
    this.retryAfterMs = options.retryAfterMs;
    this.nodes = options.nodes;
    this.name = 'WireRefusal';
    this.code = code;
  }
}

/** Both unions are closed: a refusal or media error without a wire code does not compile. */
const asErrorCode = (code: RefusalCode | MediaError['code']): ErrorCode => code;

/** Returns the answer to an expected error, or null for an unexpected one: a bug, whose details clients never see. */
export function toWireError(error: unknown): WireError | null {
  if (error instanceof WireRefusal) {
    const { code, message, protocol, retryAfterMs, nodes } = error;
    return {
      ...{ code, message },
      ...(protocol !== undefined && { protocol }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(nodes && { nodes: [...nodes] }),
    };
  }
  if (error instanceof Refusal) return { code: asErrorCode(error.code), message: error.message };
  if (error instanceof MediaError) return { code: asErrorCode(error.code), message: error.message };
  if (error instanceof RoomReadOnly) return { code: 'ROOM_READ_ONLY', message: error.message };
  if (error instanceof RoomFull) return { code: 'ROOM_RECORD_FULL', message: error.message };
  if (error instanceof JournalFull) return { code: 'JOURNAL_FULL', message: error.message };
  if (error instanceof Unavailable) {
    return { code: error.what === 'files' ? 'FILES_UNAVAILABLE' : 'JOURNAL_UNAVAILABLE', message: adviceFor(error) };
  }
  // The log already told whoever can repair it; people in the room cannot.
  if (error instanceof RoomParked) {
    return { code: 'ROOM_PARKED', message: error.message, retryAfterMs: Math.ceil(error.retryAfterMs) };
  }
  return null;
}

/** Addresses of Redis and the like stay in the log. */
function adviceFor({ what, message }: Unavailable): string {
  if (what === 'room' || what === 'node' || what === 'files') return message;
  return 'The room cannot record changes at the moment. Ask again with the same command id (Idempotency-Key).';
}

export const INTERNAL: WireError = { code: 'INTERNAL', message: 'Something went wrong in the server; it was logged.' };
