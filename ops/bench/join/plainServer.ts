import { createServer } from 'node:http';
import { Server } from 'socket.io';

/**
 * The least server that answers as many clients: socket.io on its default engine, one acknowledged request each,
 * without a room. It sends its port to the process that forked it, and ends with that process.
 */
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => {
  socket.on('join', (_request: unknown, answer: (response: unknown) => void) => answer({ ok: true }));
});
http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  if (typeof address !== 'object' || address === null) throw new Error('the plain server has no port');
  process.send?.(address.port);
});
process.on('disconnect', () => process.exit(0));
