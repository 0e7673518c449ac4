import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileContent, type FileUpload, Room } from '../../../client/index.ts';
import { Secret } from '../../../ops/run/Secret.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { S3Server } from '../../support/S3Server.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { API_SECRET, closeTestMedia, TestNode, type TestNodeOptions } from './TestNode.ts';

afterAll(closeTestMedia);

const MB = 1_000_000;
const PATIENCE_MS = 50_000;
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

function file(name: string, content: Uint8Array | string): FileContent {
  return Object.assign(new Blob([content as BlobPart]), { name });
}

/** Bytes that differ from place to place. */
function bytes(count: number): Buffer {
  const content = Buffer.alloc(count);
  for (let at = 0; at + 4 <= count; at += 4) content.writeUInt32LE(at, at);
  return content;
}

describe.each(['uws', 'ws'] as const)('files over %s', (engine) => {
  const nodes: TestNode[] = [];
  const rooms: Room[] = [];
  const buckets: S3Server[] = [];
  let folder: string;
  let store: InMemoryJournalStore;
  let node: TestNode;
  let roomId: string;

  async function start(options: Partial<TestNodeOptions> = {}): Promise<TestNode> {
    const rules = { kept: { folder }, maxBytes: 80 * MB, roomBytes: 100 * MB, types: ['*/*'] };
    const started = await TestNode.start({ engine, store, files: rules, ...options });
    nodes.push(started);
    return started;
  }

  async function enter(participantId: string, role: 'host' | 'member' = 'member'): Promise<Room> {
    const room = new Room({ media: false });
    rooms.push(room);
    await room.connect(node.url, await node.joinToken(roomId, participantId, role), { name: participantId });
    return room;
  }

  const messages = (room: Room) => room.record?.chat ?? [];
  const upload = (room: Room): FileUpload | undefined => room.files.uploads[0];

  async function shared(room: Room, id: string) {
    await waitUntil(
      () =>
        messages(room).some((message) => message.id === id) ||
        `the file is not shared: ${JSON.stringify(room.files.uploads)} ${upload(room)?.error}`,
      PATIENCE_MS,
    );
    const message = messages(room).find((each) => each.id === id);
    if (!message?.file) throw new Error('the message has no file');
    return message.file;
  }

  async function refusal(room: Room): Promise<string | undefined> {
    await waitUntil(
      () => upload(room)?.state === 'failed' || `nothing was refused: ${JSON.stringify(room.files.uploads)}`,
    );
    const error = upload(room)?.error;
    return error && 'code' in error ? String(error.code) : undefined;
  }

  const stored = async () => (await readdir(folder, { recursive: true })).filter((name) => /[0-9a-f-]{36}$/.test(name));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'everroom-files-'));
    store = new InMemoryJournalStore();
    node = await start();
    roomId = await node.createRoom();
  });

  afterEach(async () => {
    for (const room of rooms.splice(0)) await room.disconnect();
    const logged = nodes.flatMap(({ logger }) => logger.errors);
    for (const each of nodes.splice(0)) await each.close();
    for (const bucket of buckets.splice(0)) await bucket.stop();
    await rm(folder, { recursive: true });
    expect(logged).toEqual([]);
  });

  it('a file that somebody shares is a fact, is read by the others as an attachment, and goes with its message', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')];
    const content = bytes(3 * MB);
    content.set(PNG);
    const id = ann.files.send(file('../кот\u202egpj.png', content), { preview: '/9j/AAAA' });
    const sharedFile = await shared(bob, id);
    expect(sharedFile).toMatchObject({
      name: 'котgpj.png',
      bytes: content.length,
      mediaType: 'image/png',
      preview: '/9j/AAAA',
    });
    expect(messages(bob)[0]).toMatchObject({ participantId: 'ann', text: 'котgpj.png' });
    expect(ann.files.uploads).toEqual([]);

    const link = await bob.files.link(sharedFile.id);
    const read = await fetch(link);
    expect(read.status).toBe(200);
    expect(Buffer.from(await read.arrayBuffer()).equals(content)).toBe(true);
    expect(read.headers.get('content-type')).toBe('application/octet-stream');
    expect(read.headers.get('content-disposition')).toMatch(/^attachment; .*filename\*=UTF-8''/);
    expect(read.headers.get('x-content-type-options')).toBe('nosniff');
    expect(read.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(read.headers.get('cache-control')).toBe('no-store');
    const { body: metrics } = await node.rest('GET', '/metrics', undefined, `Bearer ${API_SECRET}`);
    expect(metrics).toMatch(/^everroom_files_free_bytes \d+/m);

    await ann.chat.delete(id);
    await waitUntil(async () => (await stored()).length === 0 || `still there: ${await stored()}`);
    expect((await fetch(link)).status).toBe(404);
    await expect(bob.files.link(sharedFile.id)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('[S1] nobody else reads a file: strangers, people of other rooms, and those who were removed', async () => {
    const [ann, bob, host] = [await enter('ann'), await enter('bob'), await enter('hal', 'host')];
    const first = await shared(bob, ann.files.send(file('a.txt', 'secret')));
    const second = await shared(bob, ann.files.send(file('b.txt', 'secret')));
    const link = new URL(await bob.files.link(first.id));
    const ticket = link.searchParams.get('ticket') ?? '';
    const read = async (path: string) => (await fetch(`${node.url}${path}`)).status;
    expect(await read(`/files/${first.id}`)).toBe(401);
    expect(await read(`/files/${first.id}?ticket=nonsense`)).toBe(401);
    expect(await read(`/files/${second.id}?ticket=${ticket}`)).toBe(401);
    // A token that lets people into the room is no link.
    expect(await read(`/files/${first.id}?ticket=${await node.joinToken(roomId, 'bob')}`)).toBe(401);
    expect(await read(`/files/..%2f..%2fetc%2fpasswd?ticket=${ticket}`)).toBe(404);
    expect((await fetch(link)).status).toBe(200);
    await host.controls.remove('bob');
    expect((await fetch(link)).status).toBe(403);
    // Nor is a link of before good for who was let in again.
    await enter('bob');
    expect((await fetch(link)).status).toBe(403);
  });

  it('[S1] nobody sends a file without being in the room, and nobody touches the upload of somebody else', async () => {
    const tus = { 'tus-resumable': '1.0.0' };
    const create = (authorization?: string) =>
      fetch(`${node.url}/files`, {
        method: 'POST',
        headers: { ...tus, 'upload-length': '5', ...(authorization && { authorization }) },
      });
    expect((await create()).status).toBe(401);
    expect((await create(`Bearer ${await node.joinToken(roomId, 'ann')}`)).status).toBe(401);

    const sessionStorage = new Map<string, string>();
    const tokenOf = async (participantId: string) => {
      const room = new Room({
        media: false,
        sessionStorage: {
          getItem: (key) => sessionStorage.get(key) ?? null,
          setItem: (key, value) => void sessionStorage.set(key, value),
          removeItem: (key) => void sessionStorage.delete(key),
        },
      });
      rooms.push(room);
      await room.connect(node.url, await node.joinToken(roomId, participantId), { name: participantId });
      return `Bearer ${(JSON.parse([...sessionStorage.values()][0] ?? '{}') as { resumeToken: string }).resumeToken}`;
    };
    const ann = await tokenOf('ann');
    sessionStorage.clear();
    const bob = await tokenOf('bob');
    const created = await create(ann);
    expect(created.status).toBe(201);
    const path = created.headers.get('location') ?? '';
    const patch = (authorization: string) =>
      fetch(`${node.url}${path}`, {
        method: 'PATCH',
        headers: { ...tus, authorization, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
        body: 'hello',
      });
    expect((await patch(bob)).status).toBe(404);
    expect((await patch(ann)).status).toBe(204);
    const without = { ...tus, 'upload-defer-length': '1' };
    expect(
      (await fetch(`${node.url}/files`, { method: 'POST', headers: { ...without, authorization: ann } })).status,
    ).toBe(400);
    // A host switches files off: no byte more is taken, and what was begun may be given up.
    const begun = (await create(ann)).headers.get('location') ?? '';
    const host = await enter('hal', 'host');
    await host.controls.setFilesAllowed(false);
    const off = await create(ann);
    expect([off.status, await off.json()]).toMatchObject([403, { error: { code: 'NOT_GRANTED' } }]);
    expect((await patch(ann)).status).toBe(403);
    const given = await fetch(`${node.url}${begun}`, { method: 'DELETE', headers: { ...tus, authorization: ann } });
    expect(given.status).toBe(204);
    await host.controls.setFilesAllowed(true);
    const preflight = await fetch(`${node.url}${path}`, {
      method: 'OPTIONS',
      headers: { origin: 'https://b.example' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();

    // Who was removed and let in again has a new token; the old one does nothing any more [R-REMOVE-1].
    await host.controls.remove('ann');
    sessionStorage.clear();
    const annAgain = await tokenOf('ann');
    for (const refused of [await create(ann), await patch(ann)]) {
      expect([refused.status, await refused.json()]).toMatchObject([403, { error: { code: 'REMOVED' } }]);
    }
    expect((await create(annAgain)).status).toBe(201);
  });

  it('a file that is too large, of a wrong type or more than the room may have is refused by name', async () => {
    await node.close();
    nodes.length = 0;
    const rules = { kept: { folder }, maxBytes: 2 * MB, roomBytes: 3 * MB, types: ['text/*'] };
    node = await start({ files: rules });
    const ann = await enter('ann');
    expect(ann.files.limits).toMatchObject({ maxBytes: 2 * MB, roomBytes: 3 * MB, types: ['text/*'] });
    expect(() => ann.files.send(file('large', bytes(2 * MB + 1)))).toThrow('at most');

    const picture = ann.files.send(file('picture.txt', PNG));
    expect(await refusal(ann)).toBe('FILE_REFUSED');
    ann.files.cancel(picture);
    expect(await stored()).toEqual([]);

    await shared(ann, ann.files.send(file('a.txt', 'x'.repeat(2 * MB))));
    ann.files.send(file('b.txt', 'x'.repeat(1 * MB + 1)));
    expect(await refusal(ann)).toBe('FILES_FULL');
  });

  it('an upload goes on by itself at the next server, from the byte that is there', async () => {
    const ann = await enter('ann');
    const content = bytes(12 * MB);
    const id = ann.files.send(file('film.bin', content));
    await waitUntil(
      () => (upload(ann)?.sentBytes ?? 0) > 2 * MB || `nothing is sent yet: ${JSON.stringify(upload(ann))}`,
      PATIENCE_MS,
    );
    const { port } = node;
    await node.close();
    nodes.length = 0;
    await waitUntil(
      () => upload(ann)?.state === 'waiting' || `it does not wait: ${JSON.stringify(upload(ann))}`,
      PATIENCE_MS,
    );
    const sent: number[] = [];
    ann.on('uploadsChanged', () => sent.push(upload(ann)?.sentBytes ?? Number.POSITIVE_INFINITY));
    node = await start({ port });
    const sharedFile = await shared(ann, id);
    expect(Math.min(...sent)).toBeGreaterThan(MB);
    const read = await fetch(await ann.files.link(sharedFile.id));
    expect(Buffer.from(await read.arrayBuffer()).equals(content)).toBe(true);
    expect(messages(ann)).toHaveLength(1);
  });

  it('a bucket that goes away refuses files by name, the meeting goes on, and so does the upload when it is back', async () => {
    const s3 = await S3Server.start();
    buckets.push(s3);
    const bucket = { ...s3.config, secretKey: new Secret(s3.config.secretKey.reveal()) };
    node = await start({
      files: { kept: { s3: bucket }, maxBytes: 80 * MB, roomBytes: 100 * MB, types: ['text/*'] },
    });
    const [ann, bob] = [await enter('ann'), await enter('bob')];
    const first = await shared(bob, ann.files.send(file('a.txt', 'a')));
    const link = await bob.files.link(first.id);
    expect(await (await fetch(link)).text()).toBe('a');
    await s3.kill();
    const away = await fetch(link);
    expect([away.status, await away.json()]).toMatchObject([503, { error: { code: 'FILES_UNAVAILABLE' } }]);
    const content = 'x'.repeat(2 * MB);
    const id = ann.files.send(file('b.txt', content));
    await ann.chat.send('I go on');
    await waitUntil(() => messages(bob).some(({ text }) => text === 'I go on') || 'the message did not come');
    await s3.start();
    const second = await shared(bob, id);
    expect(await (await fetch(await bob.files.link(second.id))).text()).toBe(content);
    expect(nodes.at(-1)?.logger.errors).toHaveLength(1);
    nodes.at(-1)?.logger.errors.splice(0);
  });

  it('whoever reads slowly is sent no faster, and holds up nobody else', async () => {
    const ann = await enter('ann');
    const content = bytes(24 * MB);
    const { id } = await shared(ann, ann.files.send(file('film.bin', content)));
    const link = await ann.files.link(id);
    let received = 0;
    const slow = httpRequest(link).end();
    const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
      slow.once('response', resolve),
    );
    response.socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    response.pause();
    const quick = await fetch(await ann.files.link(id));
    expect((await quick.arrayBuffer()).byteLength).toBe(content.length);
    expect(response.socket.bytesRead).toBeLessThan(content.length / 2);
    let rest = 0;
    for await (const chunk of response) rest += (chunk as Buffer).length;
    expect(rest).toBe(content.length);
    expect(received).toBeGreaterThan(0);
  });

  it('files of a room that is closed and created again are gone', async () => {
    const host = await enter('hal', 'host');
    await shared(host, host.files.send(file('a.txt', 'secret')));
    const over = new Promise<void>((resolve) => host.on('disconnected', () => resolve()));
    // The answer and the end of the stay race each other.
    await host.controls.closeRoom().catch(() => undefined);
    await over;
    expect(await stored()).toHaveLength(1);
    await node.rest('POST', '/api/rooms', { roomId }, `Bearer an-api-secret-of-at-least-32-characters`);
    await waitUntil(async () => (await stored()).length === 0 || `still there: ${await stored()}`);
  });
});
