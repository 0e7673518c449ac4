import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';

/** What an attack did: how often it tried, and how often it was refused or cut off. */
export interface Tally {
  tried: number;
  stopped: number;
}

/** One hostile client without the API key. It tries again and again until `isOver`. */
export type Attack = (url: string, tally: Tally, isOver: () => boolean) => Promise<void>;

/** Sockets of one attack. */
const SIDE_BY_SIDE = 20;
/** Between two tries after a refusal: without it the attacker's own process would be what is measured. */
const PAUSE_MS = 2;

const Pass = z.object({ roomId: z.string(), token: z.string() });

export const ATTACKS = {
  metrics: sideBySide(async (url, tally) => {
    const response = await fetch(`${url}/metrics`);
    await response.arrayBuffer();
    count(tally, !response.ok);
  }),

  guesses: sideBySide(async (url, tally) => {
    const response = await fetch(`${url}/api/rooms/${randomUUID()}/tokens`, { method: 'POST', body: '{}' });
    await response.arrayBuffer();
    count(tally, !response.ok);
  }),

  connects: sideBySide(async (url, tally) => {
    const hello = JSON.stringify({ token: 'a.b.c', sidecarId: 's', name: 'n' });
    await withSocket(url, tally, async (socket) => {
      for (let index = 0; index < 20 && isOpen(socket); index += 1) {
        socket.send(`40/sidecars,${hello}`);
        count(tally, true);
      }
      await closed(socket);
    });
  }),

  frames: sideBySide(async (url, tally) => {
    const frame = `42["join",{"commandId":"x","name":"${'x'.repeat(60_000)}"}]`;
    await withSocket(url, tally, async (socket) => {
      for (let index = 0; index < 40 && isOpen(socket); index += 1) {
        socket.send(frame);
        count(tally, true);
        await sleep(0);
      }
      await closed(socket);
    });
  }),

  binary: sideBySide(async (url, tally) => {
    await withSocket(url, tally, async (socket) => {
      socket.send('459-["react"]');
      socket.send(new Uint8Array(60_000));
      count(tally, true);
      await closed(socket);
    });
  }),

  typing: seated((frame) => frame('setTyping', { typing: true })),

  resumes: seated((frame) => frame('resume', { commandId: randomUUID(), version: 0 })),

  /** A slow HTTP client: a byte now and then. */
  drips: sideBySide(async (url, tally) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write('POST /api/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n');
    for (let index = 0; index < 10 && !socket.destroyed; index += 1) {
      socket.write('x');
      await sleep(20);
    }
    count(tally, true);
    socket.destroy();
  }),
} satisfies Record<string, Attack>;

export type AttackName = keyof typeof ATTACKS;

function count(tally: Tally, stopped: boolean): void {
  tally.tried += 1;
  if (stopped) tally.stopped += 1;
}

function sideBySide(once: (url: string, tally: Tally) => Promise<void>): Attack {
  return async (url, tally, isOver) => {
    const attackers = Array.from({ length: SIDE_BY_SIDE }, async () => {
      while (!isOver()) {
        await once(url, tally).catch(() => count(tally, true));
        await sleep(PAUSE_MS);
      }
    });
    await Promise.all(attackers);
  };
}

/** People of a room of the attacker's own, who all send the same request as fast as it is answered. */
function seated(next: (frame: (name: string, body: object) => string) => string): Attack {
  return async (url, tally, isOver) => {
    const created = await post(`${url}/api/rooms`);
    const attackers = Array.from({ length: SIDE_BY_SIDE }, async () => {
      while (!isOver()) {
        try {
          const { token } = await post(`${url}/api/rooms/${created.roomId}/tokens`);
          await withSocket(url, tally, (socket) => sendAll(socket, token, next, tally, isOver));
        } catch {
          count(tally, true);
        }
        await sleep(200);
      }
    });
    await Promise.all(attackers);
  };
}

async function sendAll(
  socket: WebSocket,
  token: string,
  next: (frame: (name: string, body: object) => string) => string,
  tally: Tally,
  isOver: () => boolean,
): Promise<void> {
  let id = 0;
  let answered = (): void => undefined;
  socket.addEventListener('message', ({ data }) => {
    const text = String(data);
    if (text === '2') socket.send('3');
    if (!text.startsWith('43') && !text.startsWith('4')) return;
    if (text.startsWith('43')) count(tally, text.includes('"ok":false'));
    answered();
  });
  const heard = () =>
    new Promise<void>((resolve) => {
      answered = resolve;
      setTimeout(resolve, 1_000);
    });
  socket.send(`40${JSON.stringify({ protocol: PROTOCOL_VERSION, token })}`);
  await heard();
  socket.send(`420${JSON.stringify(['join', { commandId: randomUUID(), name: 'Mallory' }])}`);
  await heard();
  while (isOpen(socket) && !isOver()) {
    id += 1;
    socket.send(next((name, body) => `42${id}${JSON.stringify([name, body])}`));
    await heard();
    await sleep(PAUSE_MS);
  }
}

async function post(url: string): Promise<z.infer<typeof Pass>> {
  const response = await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
  return Pass.parse(await response.json());
}

async function withSocket(url: string, tally: Tally, use: (socket: WebSocket) => Promise<void>): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const opened = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true });
    socket.addEventListener('error', () => resolve(false), { once: true });
  });
  if (!opened) {
    count(tally, true);
    return;
  }
  try {
    await use(socket);
  } finally {
    socket.close();
  }
}

function isOpen(socket: WebSocket): boolean {
  return socket.readyState === WebSocket.OPEN;
}

async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  await Promise.race([
    new Promise((resolve) => socket.addEventListener('close', resolve, { once: true })),
    sleep(1_000, undefined, { ref: false }),
  ]);
}
