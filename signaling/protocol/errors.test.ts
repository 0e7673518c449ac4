import { expect, test } from 'vitest';
import { z } from 'zod';
import { ErrorCode, readSocketError, toSocketError } from './errors.ts';

/** How the first clients of protocol 3 read an error. */
const FirstCodes = ErrorCode.exclude(['TOO_MANY_BANS', 'TOO_LATE', 'ROOM_PARKED', 'ROOM_READ_ONLY', 'BUSY']);
const FirstError = z.object({ code: FirstCodes, message: z.string() });

test('an error with a later code is readable for the first clients of the protocol, and exact for newer ones', () => {
  for (const code of ErrorCode.options) {
    const sent = toSocketError({ code, message: 'no' });
    expect(FirstError.safeParse(sent).success, code).toBe(true);
    expect(readSocketError(JSON.parse(JSON.stringify(sent)))).toEqual({ code, message: 'no' });
  }
});

test('a client takes an error whose exact code it does not know for the nearest one that it does', () => {
  const error = { code: 'INTERNAL', exactCode: 'FROM_THE_FUTURE', message: 'no' };
  expect(readSocketError(error)).toEqual({ code: 'INTERNAL', message: 'no' });
});
