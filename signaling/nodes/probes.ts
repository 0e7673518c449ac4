import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../core/ports.ts';
import { connectTo, problemOf, terminate } from './dialNode.ts';
import type { DialerHandshake } from './handshake.ts';

/** Ways to find out whether a node is reached at the addresses that it names. Each returns null, or what is wrong. */

const PROBE_LIMIT_MS = 3_000;
const PACKET_EVERY_MS = 200;

/** Connects to a node until it has proved what it is, then hangs up. */
export function probeUrl(url: string, handshake: DialerHandshake, clock: Clock): Promise<string | null> {
  const socket = connectTo(url, handshake.hello);
  return new Promise<string | null>((resolve) => {
    const stopWaiting = clock.setTimer(PROBE_LIMIT_MS, () => resolve('nobody answers'));
    socket.on('connect_error', (error) => resolve(problemOf(error).problem));
    socket.once('challenge', (raw: unknown) => {
      stopWaiting();
      try {
        handshake.answer(raw);
        resolve(null);
      } catch (error) {
        resolve(error instanceof Error ? error.message : String(error));
      }
    });
  }).finally(() => terminate(socket));
}

export interface UdpEcho {
  readonly port: number;
  close(): void;
}

/**
 * Sends packets back that hold exactly this token. @throws Error of the system when the address is not of this
 * machine
 */
export async function openUdpEcho(address: string, token: string): Promise<UdpEcho> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.on('message', (packet, { address: from, port }) => {
    if (packet.toString() === token) socket.send(packet, port, from, () => undefined);
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  socket.on('error', () => undefined);
  return { port: socket.address().port, close: () => socket.close() };
}

/** Sends packets there until one comes back. */
export async function probeUdp(address: string, port: number, token: string, clock: Clock): Promise<string | null> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let cancel = (): void => {};
  try {
    return await new Promise<string | null>((resolve) => {
      socket.on('error', (error) => resolve(error.message));
      socket.on('message', (packet) => packet.toString() === token && resolve(null));
      let left = Math.ceil(PROBE_LIMIT_MS / PACKET_EVERY_MS);
      const send = (): void => {
        if (left-- === 0) {
          resolve('no packet came back');
          return;
        }
        socket.send(token, port, address, (error) => error && resolve(error.message));
        cancel = clock.setTimer(PACKET_EVERY_MS, send);
      };
      send();
    });
  } finally {
    cancel();
    socket.close();
  }
}
