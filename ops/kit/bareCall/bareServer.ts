// The server of a call on bare mediasoup, on the loopback port in its arguments. It sends its parent the pid of the
// worker that carries media, and ends with the parent.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import type { FromClient, FromServer } from '../clients/bare/protocol.ts';
import { BareSfu } from './BareSfu.ts';

process.on('disconnect', () => process.exit(0));
const port = Number(process.argv[2]);
const http = createServer();
// The pages of a drill have the address of another port.
const io = new Server<FromClient, FromServer>(http, { cors: { origin: true }, transports: ['websocket'] });
const tell = (workerPid: number): void => {
  process.send?.({ workerPid });
};
const sfu = await BareSfu.open(io, tell);
http.listen(port, '127.0.0.1', () => tell(sfu.workerPid));
