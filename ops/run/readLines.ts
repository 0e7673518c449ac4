import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Longer than any request of an operator. */
const LONGEST_LINE = 100_000;

/** Calls `take` with each line that arrives. A connection that breaks, or sends a line without an end, is closed. */
export function readLines(socket: Socket, take: (line: string) => void): void {
  let unread = 0;
  socket.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(10);
    unread = end < 0 ? unread + chunk.length : chunk.length - end;
    if (unread > LONGEST_LINE) socket.destroy();
  });
  const lines = createInterface(socket);
  lines.on('line', take);
  // It reports errors of the socket too: a peer that goes away without reading must not end this process.
  for (const emitter of [socket, lines]) emitter.on('error', () => socket.destroy());
}
