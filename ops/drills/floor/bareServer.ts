// The server of a call on bare mediasoup, on the loopback port that it is told. Tells its parent who carries media, and ends with it.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import type { FromClient, FromServer } from '../../kit/clients/bare/protocol.ts';
import { BareSfu } from './BareSfu.ts';

process.on('disconnect', () => process.exit(0));
const port = Number(process.argv[2]);
const http = createServer();
// Pages of a drill are at the address of another port.
const io = new Server<FromClient, FromServer>(http, { cors: { origin: true }, transports: ['websocket'] });
const tell = (workerPid: number): void => {
  process.send?.({ workerPid });
};
const sfu = await BareSfu.open(io, tell);
http.listen(port, '127.0.0.1', () => tell(sfu.workerPid));
