import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';

/**
 * These ports lie below those that the system gives to outgoing connections (from 32,768) and mediasoup to plain
 * transports (from 10,000), and browsers refuse none of them.
 */
const FIRST_PORT = 7_000;
const LAST_PORT = 9_999;
const ATTEMPTS = 500;

/** Held until this process ends. */
const reservations: Server[] = [];

/** A port of the loopback that is reserved for this process, see `freePorts`. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('no port was reserved');
  return port;
}

/**
 * Returns `count` neighbouring ports, in order, on which nobody listens, by UDP or TCP. Until this process ends, no
 * other process gets one of them here: the server that will listen may take its time, and may be restarted.
 */
export async function freePorts(count: number): Promise<number[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const first = randomInt(FIRST_PORT, LAST_PORT + 2 - count);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if (await reserveAll(ports)) return ports;
  }
  throw new Error(`there are no ${count} neighbouring free ports between ${FIRST_PORT} and ${LAST_PORT}`);
}

async function reserveAll(ports: readonly number[]): Promise<boolean> {
  const reserved: Server[] = [];
  for (const port of ports) {
    const reservation = await reserve(port);
    if (reservation) reserved.push(reservation);
    if (!reservation || (await isTaken(port))) {
      for (const each of reserved) each.close();
      return false;
    }
  }
  reservations.push(...reserved);
  return true;
}

/** Returns null if another process holds the port. A name in Linux's abstract namespace vanishes with its process. */
function reserve(port: number): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(`\0everroom-port-${port}`, () => resolve(server.unref()));
  });
}

async function isTaken(port: number): Promise<boolean> {
  try {
    await listen(port);
    await bind(port);
    return false;
  } catch {
    return true;
  }
}

function listen(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}

function bind(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve()));
  });
}
