import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';

const ANSWER_LIMIT_MS = 30_000;

/**
 * The least that a client does to be in a room: connects and asks to join, without media. Resolves with the bare answer;
 * rejects when there is none. Disconnect the socket when done.
 */
export function enter(url: string, token: string, name: string): { socket: Socket; answer: Promise<unknown> } {
  const socket = io(url, {
    auth: { protocol: PROTOCOL_VERSION, token },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  const answer = new Promise<unknown>((resolve, reject) => {
    socket.on('connect_error', (error) => reject(new Error(`${name} could not connect`, { cause: error })));
    socket.on('disconnect', (reason) => reject(new Error(`${name} was disconnected: ${reason}`)));
    socket.on('connect', () => {
      const request = { commandId: randomUUID(), name };
      socket.timeout(ANSWER_LIMIT_MS).emit('join', request, (failure: Error | null, response: unknown) => {
        if (failure) reject(failure);
        else resolve(response);
      });
    });
  });
  return { socket, answer };
}
