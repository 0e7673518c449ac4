import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { WireError } from '../../signaling/protocol/errors.ts';
import { PROTOCOL_VERSION } from '../../signaling/protocol/version.ts';
import { ask } from './ask.ts';

const BUSY_RETRY_MS = 500;

/**
 * Connects and joins a room without media: the least that a client does. Resolves with the unchecked result, rejects if
 * there is none. The caller disconnects the socket.
 */
export function enter(url: string, token: string, name: string): { socket: Socket; joined: Promise<unknown> } {
  const socket = io(url, {
    auth: { protocol: PROTOCOL_VERSION, token },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  const joined = new Promise<unknown>((resolve, reject) => {
    socket.on('connect_error', (error: Error & { readonly data?: unknown }) => {
      const refusal = WireError.safeParse(error.data);
      if (refusal.data?.code === 'BUSY') setTimeout(() => socket.connect(), BUSY_RETRY_MS);
      else reject(new Error(`${name} could not connect`, { cause: error }));
    });
    socket.on('disconnect', (reason) => reject(new Error(`${name} was disconnected: ${reason}`)));
    socket.on('connect', () => {
      ask(socket, 'join', { commandId: randomUUID(), name }).then(resolve, (error: unknown) =>
        reject(new Error(`${name} could not join`, { cause: error })),
      );
    });
  });
  return { socket, joined };
}
