import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Attack,
  closed,
  count,
  inside,
  isOpen,
  type Person,
  seated,
  sideBySide,
  withSocket,
} from './attackers.ts';

/** The longest message, with the most bytes for a character. */
const LONGEST_TEXT = '\u{1F600}'.repeat(4_000);
/** How many requests for a file one attacker has under way. */
const AT_ONCE = 20;
const SLOW_MS = 500;
/** As many as fit into one request. */
const LETTERS = 2_500;

export const ATTACKS = {
  metrics: sideBySide(async ({ url, headers }, tally) => {
    const response = await fetch(`${url}/metrics`, { headers });
    await response.arrayBuffer();
    count(tally, !response.ok);
  }),

  guesses: sideBySide(async ({ url, headers }, tally) => {
    const path = `/api/rooms/${randomUUID()}/tokens`;
    const response = await fetch(url + path, { method: 'POST', body: '{}', headers });
    await response.arrayBuffer();
    count(tally, !response.ok);
  }),

  rooms: sideBySide(async ({ url, headers }, tally) => {
    const response = await fetch(`${url}/api/rooms`, { method: 'POST', body: '{}', headers });
    await response.arrayBuffer();
    count(tally, !response.ok);
  }),

  connects: sideBySide(async (aim, tally) => {
    const hello = JSON.stringify({ token: 'a.b.c', sidecarId: 's', name: 'n' });
    await withSocket(aim, tally, async (socket) => {
      for (let index = 0; index < 20 && isOpen(socket); index += 1) {
        socket.send(`40/sidecars,${hello}`);
        count(tally, true);
      }
      await closed(socket);
    });
  }),

  frames: sideBySide(async (aim, tally) => {
    const frame = `42["join",{"commandId":"x","name":"${'x'.repeat(60_000)}"}]`;
    await withSocket(aim, tally, async (socket) => {
      for (let index = 0; index < 40 && isOpen(socket); index += 1) {
        socket.send(frame);
        count(tally, true);
        await sleep(0);
      }
      await closed(socket);
    });
  }),

  binary: sideBySide(async (aim, tally) => {
    await withSocket(aim, tally, async (socket) => {
      socket.send('459-["react"]');
      socket.send(new Uint8Array(60_000));
      count(tally, true);
      await closed(socket);
    });
  }),

  typing: seated(() => ['setTyping', { typing: true }]),

  resumes: seated(() => ['resume', { commandId: randomUUID(), version: 0 }]),

  chat: seated(() => ['postChat', { commandId: randomUUID(), messageId: randomUUID(), text: LONGEST_TEXT }]),

  /** Notes of which each letter has to find its place among all others. */
  notes: seated(() => ['editNotes', { commandId: randomUUID(), update: hostileNotes() }]),

  /** Many requests for one upload, which bring a byte now and then. */
  uploads: inside(async ({ aim, person, tally }) => {
    const { url } = aim;
    const headers = { ...aim.headers, ...tus(person) };
    const begun = await fetch(`${url}/files`, { method: 'POST', headers: { ...headers, 'upload-length': '1000000' } });
    count(tally, !begun.ok);
    const path = begun.headers.get('location');
    if (path === null) return;
    const send = async () => {
      const response = await fetch(url + path, {
        method: 'PATCH',
        headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
        body: drops(),
        duplex: 'half',
        signal: AbortSignal.timeout(SLOW_MS),
      } as RequestInit);
      await response.arrayBuffer();
      count(tally, !response.ok);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, () => send().catch(() => count(tally, true))));
    await fetch(url + path, { method: 'DELETE', headers });
  }),

  /** Many readers of one file, each of whom takes a piece of it and then waits. */
  downloads: inside(async ({ aim, person, tally, isOver }) => {
    const { url } = aim;
    const headers = { ...aim.headers, ...tus(person) };
    const content = 'x'.repeat(900_000);
    const begun = await fetch(`${url}/files`, {
      method: 'POST',
      headers: { ...headers, 'upload-length': String(content.length), 'upload-metadata': 'name eC50eHQ=' },
    });
    count(tally, !begun.ok);
    const path = begun.headers.get('location');
    if (path === null) return;
    await fetch(url + path, {
      method: 'PATCH',
      headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      body: content,
    });
    const fileId = path.split('/').at(-1);
    const messageId = randomUUID();
    await person.ask('shareFile', { commandId: randomUUID(), messageId, fileId });
    while (!isOver() && (await person.ask('fileLink', { fileId }))) {
      const read = async () => {
        const response = await fetch(url + person.link, { headers: aim.headers });
        count(tally, !response.ok);
        const reader = response.body?.getReader();
        await reader?.read();
        await sleep(SLOW_MS);
        await reader?.cancel();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, () => read().catch(() => count(tally, true))));
    }
    await person.ask('deleteChat', { commandId: randomUUID(), messageId });
  }),

  /** A slow HTTP client: a byte now and then. */
  drips: sideBySide(async ({ url, headers }, tally) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const lines = Object.entries({ host: 'x', ...headers, 'content-length': '9000' });
    socket.write(`POST /api/rooms HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    for (let index = 0; index < 10 && !socket.destroyed; index += 1) {
      socket.write('x');
      await sleep(20);
    }
    count(tally, true);
    socket.destroy();
  }),
} satisfies Record<string, Attack>;

export type AttackName = keyof typeof ATTACKS;

/** The attacks of people in a room: one of them that got nobody in proves nothing. */
export const SEATED: ReadonlySet<AttackName> = new Set<AttackName>([
  ...(['typing', 'resumes', 'chat', 'notes', 'uploads', 'downloads'] as const),
]);

function tus({ resumeToken }: Person): Record<string, string> {
  return { 'tus-resumable': '1.0.0', authorization: `Bearer ${resumeToken}` };
}

/** A body that never ends. */
function drops(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      await sleep(50);
      controller.enqueue(Uint8Array.of(0));
    },
  });
}

let writers = 0;

/** An update of Yjs (version 1) in base64: so many writers, each with one letter at the beginning of the text `n`. */
function hostileNotes(): string {
  writers += LETTERS;
  const bytes = [...toVarUint(LETTERS)];
  for (let writer = writers; writer > writers - LETTERS; writer -= 1) {
    bytes.push(1, ...toVarUint(writer), 0, 4, 1, 1, 0x6e, 1, 0x61);
  }
  return Buffer.from([...bytes, 0]).toString('base64');
}

function toVarUint(value: number): number[] {
  return value < 128 ? [value] : [128 | (value % 128), ...toVarUint(Math.floor(value / 128))];
}
