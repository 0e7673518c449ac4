import { z } from 'zod';
import { Unreadable } from '../../core/room/fields.ts';
import {
  type RedactedCommit,
  type RedactedRoom,
  readChat,
  readCommit,
  readState,
  writeState,
} from '../../core/room/redact.ts';
import type { ChatMessage } from '../../core/room/state.ts';

/** The room's commits and state as they travel: `core/room/redact.ts` chooses what of them does. */

export const Commit = z.codec(z.unknown(), z.custom<RedactedCommit>(), {
  decode: (value, context) => orIssue(readCommit, value, context),
  encode: (commit) => commit,
});

export const Room = z.codec(z.unknown(), z.custom<RedactedRoom>(), {
  decode: (value, context) => orIssue(readState, value, context),
  encode: writtenOnce,
});

export const Chat = z.codec(z.unknown(), z.custom<readonly ChatMessage[]>(), {
  decode: (value, context) => orIssue(readChat, value, context),
  encode: (messages) => messages,
});

const WRITTEN = new WeakMap<RedactedRoom, unknown>();

/** Many people get the same large state. */
function writtenOnce(room: RedactedRoom): unknown {
  const written = WRITTEN.get(room) ?? writeState(room);
  WRITTEN.set(room, written);
  return written;
}

function orIssue<T>(read: (value: unknown) => T, value: unknown, context: z.core.ParsePayload): T {
  try {
    return read(value);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    context.issues.push({ code: 'custom', message: error.message, input: value });
    return z.NEVER;
  }
}
