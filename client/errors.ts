import type { ErrorCode } from '../signaling/protocol/errors.ts';
import { PROTOCOL_VERSION } from '../signaling/protocol/version.ts';

/** The server refused. Programs switch on `code`; `message` is for people. */
export class RequestRefused extends Error {
  readonly code: ErrorCode;
  /** The newest protocol that the server speaks; only with PROTOCOL_UNSUPPORTED, and if the server says so. */
  readonly protocol: number | undefined;
  /** Until then (ms) the same server gives the same answer; only with ROOM_PARKED, FULL and BUSY. */
  readonly retryAfterMs: number | undefined;
  /** The nodes to turn to, best first; only with GO_TO and DRAINING. */
  readonly nodes: readonly string[] | undefined;

  constructor(code: ErrorCode, message: string, protocol?: number, retryAfterMs?: number, nodes?: readonly string[]) {
    super(message);
    this.retryAfterMs = retryAfterMs;
    this.nodes = nodes;
    this.name = 'RequestRefused';
    this.code = code;
    this.protocol = protocol;
  }
}

/** The server agreed, but this version cannot read its answer. */
export class AnswerUnreadable extends Error {
  constructor(request: string, options: ErrorOptions) {
    super(`The answer to ${request} cannot be read: it may come from a newer version.`, options);
    this.name = 'AnswerUnreadable';
  }
}

/** The connection went away, or stayed silent, before the answer came. Whether the request took effect is unknown. */
export class ConnectionLost extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConnectionLost';
  }
}

/** A command waited too long for a connection and was given up. It may still have taken effect. */
export class CommandTimedOut extends Error {
  constructor(command: string) {
    super(`${command} was not answered in time; the connection may be away. Try again.`);
    this.name = 'CommandTimedOut';
  }
}

/** Why `Room.connect` failed: the server's refusal, or a reason that only the client knows. */
export type ConnectFailure =
  | ErrorCode
  | 'UNREACHABLE'
  | 'LOBBY_DENIED'
  | 'REPLACED'
  | 'CANCELLED'
  | 'UNSUPPORTED_DEVICE';

export class ConnectError extends Error {
  readonly code: ConnectFailure;

  constructor(code: ConnectFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConnectError';
    this.code = code;
  }
}

const TRANSIENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'JOURNAL_UNAVAILABLE',
  'FILES_UNAVAILABLE',
  'MEDIA_UNAVAILABLE',
  'TOO_MANY_REQUESTS',
  'TOO_MUCH_WRITTEN',
  'DRAINING',
  'GO_TO',
  'FULL',
  'BUSY',
  'ROOM_PARKED',
  'ROOM_READ_ONLY',
  'INTERNAL',
]);

/**
 * Returns true if the server is newer than this client and no longer speaks with it. An older server is merely about to
 * be updated.
 */
export function isOutdated(error: unknown): boolean {
  if (error instanceof AnswerUnreadable) return true;
  return isUnsupported(error) && (error.protocol ?? 0) > PROTOCOL_VERSION;
}

/** Returns true if either side is too old for the other. */
export function isUnsupported(error: unknown): error is RequestRefused {
  return error instanceof RequestRefused && error.code === 'PROTOCOL_UNSUPPORTED';
}

/** Returns true if asking again later, or on another node, may work. */
export function isTransient(error: unknown): boolean {
  if (isUnsupported(error)) return !isOutdated(error);
  if (error instanceof RequestRefused) return TRANSIENT.has(error.code);
  return error instanceof ConnectionLost;
}

/** Returns true if the session was over: the next one, if there is one, may ask the same. */
export function isOfNextSession(error: unknown): boolean {
  return error instanceof RequestRefused && (error.code === 'STALE_SESSION' || error.code === 'NOT_IN_ROOM');
}

/** Returns true if the room may have recorded a request that failed with this error. */
export function mayBeRecorded(error: unknown): boolean {
  if (!(error instanceof RequestRefused)) return error instanceof ConnectionLost;
  return error.code === 'MEDIA_UNAVAILABLE' || error.code === 'JOURNAL_UNAVAILABLE' || error.code === 'INTERNAL';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
