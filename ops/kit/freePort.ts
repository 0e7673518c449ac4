import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** A port of the loopback on which nobody listens now. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('The system gave no port');
  return port;
}

/** The first of `count` neighbouring ports that are all free, UDP and TCP. */
export async function freePorts(count: number): Promise<number[]> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = await listen(0);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const taken = await Promise.all(ports.map(isTaken));
    if (!taken.includes(true)) return ports;
  }
  throw new Error(`There are no ${count} neighbouring free ports`);
}

async function isTaken(port: number): Promise<boolean> {
  try {
    await listen(port);
    await bind(port);
    return false;
  } catch {
    return true; // In use, or beyond the last port.
  }
}

function listen(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}

function bind(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve()));
  });
}
