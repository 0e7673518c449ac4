import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { type ErrorCode, readSocketError } from '../../signaling/protocol/errors.ts';
import { PROTOCOL_VERSION } from '../../signaling/protocol/version.ts';
import { ask } from './ask.ts';

/** A node that is busy, or just finds out that Redis is back, takes people a moment later. */
const FOR_A_MOMENT: ReadonlySet<ErrorCode> = new Set(['BUSY', 'FULL', 'GO_TO', 'DRAINING', 'JOURNAL_UNAVAILABLE']);
const RETRY_MS = 500;
const RETRY_LIMIT_MS = 30_000;

/**
 * Connects and joins a room without media: the least that a client does. Resolves with the unchecked result, rejects if
 * there is none. The caller disconnects the socket. `entry`: what it asks for in place of `join`.
 */
export function enter(
  url: string,
  token: string,
  name: string,
  entry: (socket: Socket) => Promise<unknown> = (socket) => ask(socket, 'join', { commandId: randomUUID(), name }),
): { socket: Socket; joined: Promise<unknown> } {
  const socket = io(url, {
    auth: { protocol: PROTOCOL_VERSION, token },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  const deadline = Date.now() + RETRY_LIMIT_MS;
  const joined = new Promise<unknown>((resolve, reject) => {
    socket.on('connect_error', (error: Error & { readonly data?: unknown }) => {
      // Without `data` it is no refusal: nobody listens there.
      const refusal = error.data === undefined ? null : readSocketError(error.data);
      if (refusal && FOR_A_MOMENT.has(refusal.code) && Date.now() < deadline)
        setTimeout(() => socket.connect(), refusal.retryAfterMs ?? RETRY_MS);
      else reject(new Error(`${name} could not connect: ${refusal?.code ?? error.message}`, { cause: error }));
    });
    socket.on('disconnect', (reason) => reject(new Error(`${name} was disconnected: ${reason}`)));
    socket.on('connect', () => {
      entry(socket).then(resolve, (error: unknown) => reject(new Error(`${name} could not join`, { cause: error })));
    });
  });
  return { socket, joined };
}
