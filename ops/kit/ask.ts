import type { Socket } from 'socket.io-client';
import { z } from 'zod';
import type { RequestBody, RequestName } from '../../signaling/protocol/requests.ts';

const ANSWER_LIMIT_MS = 30_000;

const Answer = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

/**
 * Resolves with the unchecked result: the caller reads the parts it needs. Rejects if the server refuses or is silent.
 */
export function ask<N extends RequestName>(socket: Socket, name: N, request: RequestBody<N>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.timeout(ANSWER_LIMIT_MS).emit(name, request, (failure: Error | null, response: unknown) => {
      const { data: answer, error } = Answer.safeParse(response);
      if (failure || error) reject(failure ?? error);
      else if (answer.ok) resolve(answer.result);
      else reject(new Error(`${name}: ${answer.error?.code} ${answer.error?.message}`));
    });
  });
}
