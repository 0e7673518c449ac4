import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../ops/kit/freePort.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { routes } from '../../../signaling/rest/routes.ts';
import { compressFilesIn } from '../../../web/compressedFiles.ts';
import { TestClient } from './TestClient.ts';
import { API_KEY, API_SECRET, closeTestMedia, TestNode } from './TestNode.ts';

afterAll(closeTestMedia);

const KEY = `Bearer ${API_SECRET}`;
const BASIC = `Basic ${Buffer.from(`${API_KEY}:${API_SECRET}`).toString('base64')}`;

describe.each(['uws', 'ws'] as const)('HTTP over %s', (engine) => {
  let folder: string;
  let node: TestNode;
  const nodes: TestNode[] = [];

  async function start(options: Partial<Parameters<typeof TestNode.start>[0]> = {}): Promise<TestNode> {
    node = await TestNode.start({
      engine,
      store: new InMemoryJournalStore(),
      pageFolder: join(folder, 'web'),
      ...options,
    });
    nodes.push(node);
    return node;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'everroom page '));
    await mkdir(join(folder, 'web', 'assets'), { recursive: true });
    await writeFile(join(folder, 'web', 'index.html'), `<!doctype html><title>Everroom</title>${' '.repeat(2_000)}`);
    await writeFile(join(folder, 'web', 'assets', 'app-Ab3dEf9h.js'), `console.log(1);\n`.repeat(200));
    await compressFilesIn(join(folder, 'web'));
    await writeFile(join(folder, 'web', '.hidden'), 'hidden');
    await writeFile(join(folder, 'secret.txt'), 'secret');
    await symlink(join(folder, 'secret.txt'), join(folder, 'web', 'link.txt'));
    await start();
  });

  afterEach(async () => {
    const logged = nodes.flatMap(({ logger }) => logger.errors);
    for (const started of nodes.splice(0)) await started.close();
    await rm(folder, { recursive: true });
    expect(logged).toEqual([]);
  });

  describe('REST', () => {
    it('the REST API creates a room, lets its host in, describes it, and closes it', async () => {
      const settings = { name: 'Standup', capacity: 7, graceMs: 5_000, password: 'sesame', roomId: 'standup' };
      const created = await node.rest('POST', '/api/rooms', settings, BASIC);
      expect(created).toMatchObject({ status: 201, body: { roomId: 'standup', role: 'host' } });
      expect(created.body.url).toMatch(/\/r\/standup$/);
      expect((await node.rest('POST', '/api/rooms', settings, KEY)).body).toMatchObject({
        error: { code: 'ROOM_EXISTS' },
      });

      const host = await TestClient.connect(node.url, created.body.token);
      await host.ask('join', { name: 'Ann', password: 'sesame' });
      const { body } = await node.rest('GET', '/api/rooms/standup', undefined, KEY);
      expect(body).toMatchObject({
        name: 'Standup',
        capacity: 7,
        passwordProtected: true,
        participants: 1,
        connected: 1,
      });
      expect(JSON.stringify(body)).not.toContain('scrypt');
      const list = await node.rest('GET', '/api/rooms/standup/participants', undefined, KEY);
      expect(list.body.participants).toMatchObject([{ id: created.body.participantId, name: 'Ann', role: 'host' }]);

      const closed = await node.rest('DELETE', '/api/rooms/standup', undefined, KEY);
      expect(closed).toMatchObject({ status: 200, body: {} });
      expect(await host.hears('sessionEnded')).toEqual([{ reason: 'roomClosed' }]);
      expect((await node.rest('GET', '/api/rooms/standup', undefined, KEY)).status).toBe(410);
      host.close();
    });

    it('the REST API mints tokens for chosen participants, and removes them', async () => {
      const roomId = await node.createRoom();
      const body = { participantId: 'ann', name: 'Ann of Sales', role: 'guest', ttlSeconds: 60 };
      const minted = await node.rest('POST', `/api/rooms/${roomId}/tokens`, body, KEY);
      expect(minted).toMatchObject({ status: 201, body: { participantId: 'ann', role: 'guest' } });
      const ann = await TestClient.connect(node.url, minted.body.token);
      const { room } = await ann.ask('join', { name: 'Somebody else' });
      expect(room?.participants.get('ann')).toMatchObject({ id: 'ann', name: 'Ann of Sales', role: 'guest' });
      const path = `/api/rooms/${roomId}/participants/ann/remove`;
      expect((await node.rest('POST', path, undefined, KEY)).status).toBe(200);
      expect(await ann.hears('sessionEnded')).toEqual([{ reason: 'removed' }]);
      expect((await node.rest('POST', path, {}, KEY)).status).toBe(404);
      ann.close();
    });

    it('[J3] a request of the REST API that is sent again with its key takes effect once', async () => {
      const again = async (method: string, path: string, key: string, body: object = {}): Promise<number[]> => {
        const headers = { authorization: KEY, 'content-type': 'application/json', 'idempotency-key': key };
        const send = async () => (await fetch(node.url + path, { method, headers, body: JSON.stringify(body) })).status;
        return [await send(), await send()];
      };
      expect(await again('POST', '/api/rooms', 'create', { roomId: 'once' })).toEqual([201, 201]);
      // Without a room id too, and with none but the page's own key.
      const create = async (key: string, authorization?: string) => {
        const headers = { 'idempotency-key': key, ...(authorization && { authorization }) };
        const response = await fetch(`${node.url}/api/rooms`, { method: 'POST', headers });
        return ((await response.json()) as { roomId?: string }).roomId;
      };
      const key = 'a-key-that-nobody-guesses';
      const [ours, again2, anybodys, theirs, other] = [
        await create(key, KEY),
        await create(key, KEY),
        await create(key),
        await create(key),
        await create(`${key}-2`),
      ];
      expect(ours).toMatch(/^[a-z]{3}-[a-z]{4}-[a-z]{3}$/);
      expect([again2, theirs]).toEqual([ours, anybodys]);
      expect(new Set([ours, anybodys, other]).size).toBe(3);
      expect(await create('too short')).toBeUndefined();
      const minted = await node.rest('POST', '/api/rooms/once/tokens', { participantId: 'ann' }, KEY);
      const ann = await TestClient.connect(node.url, minted.body.token);
      await ann.ask('join', { name: 'Ann' });
      expect(await again('POST', '/api/rooms/once/participants/ann/remove', 'remove')).toEqual([200, 200]);
      expect(await again('DELETE', '/api/rooms/once', 'close')).toEqual([200, 200]);
      expect(await again('DELETE', '/api/rooms/once', 'another')).toEqual([410, 410]);
      expect(await again('DELETE', '/api/rooms/once', 'with space')).toEqual([400, 400]);
      ann.close();
    });

    it('[S1] people without the API key can create rooms and enter as members, and nothing more', async () => {
      const created = await node.rest('POST', '/api/rooms', { name: 'Ad hoc' });
      expect(created).toMatchObject({ status: 201, body: { role: 'host' } });
      expect(created.body.roomId).toMatch(/^[a-z]{3}-[a-z]{4}-[a-z]{3}$/);
      const path = `/api/rooms/${created.body.roomId}/tokens`;
      const member = await node.rest('POST', path);
      expect(member).toMatchObject({ status: 201, body: { role: 'member' } });
      expect(member.body.participantId).not.toBe(created.body.participantId);
      for (const body of [{ participantId: created.body.participantId }, { role: 'host' }, { name: 'Ann' }]) {
        expect((await node.rest('POST', path, body)).body).toMatchObject({ error: { code: 'FORBIDDEN' } });
      }
      expect((await node.rest('POST', '/api/rooms', { roomId: 'mine' })).status).toBe(403);
      expect((await node.rest('POST', '/api/rooms/none/tokens')).status).toBe(404);
      for (const route of ['/api/rooms', `/api/rooms/${created.body.roomId}`, '/api/rooms/x/participants']) {
        expect(await node.rest('GET', route), route).toMatchObject({
          status: 401,
          body: { error: { code: 'TOKEN_INVALID' } },
        });
      }
      expect((await node.rest('DELETE', `/api/rooms/${created.body.roomId}`)).status).toBe(401);
    });

    it('[S1] nobody can do anything without the API key where room creation is not open', async () => {
      await start({
        auth: { openRoomCreation: false, guestAccess: false },
        limits: { wrongKeys: { burst: 3, perSecond: 0 } },
      });
      expect((await node.rest('POST', '/api/rooms', {})).status).toBe(401);
      expect((await node.rest('POST', '/api/rooms/x/tokens', {})).status).toBe(401);
      expect((await node.rest('GET', '/api/config')).body).toMatchObject({ openRoomCreation: false });
      expect((await node.rest('GET', '/api/rooms', undefined, KEY)).status).toBe(200);
      for (const wrong of ['Bearer wrong', 'Basic !!!', 'Digest x']) {
        expect((await node.rest('GET', '/api/rooms', undefined, wrong)).status).toBe(401);
      }
      expect((await node.rest('GET', '/api/rooms', undefined, 'Bearer wrong')).status).toBe(429);
      expect((await node.rest('GET', '/api/rooms', undefined, KEY)).status).toBe(200);
    });

    it('the REST API refuses bodies that are not JSON, too large or of a wrong shape', async () => {
      const refused: [unknown, number][] = [
        ['{', 400],
        ['[]', 400],
        [{ capacity: 'many' }, 400],
        [{ capacity: 1_000_000 }, 400],
        [{ nmae: 'a typo' }, 400],
        [{ roomId: '../etc' }, 400],
        [{ name: 'x'.repeat(70_000) }, 413],
      ];
      for (const [body, status] of refused) {
        const reply = await node.rest('POST', '/api/rooms', body, KEY);
        expect(reply.status, JSON.stringify(body).slice(0, 50)).toBe(status);
        expect(reply.body.error.code).toBe(status === 413 ? 'TOO_LARGE' : 'INVALID');
      }
      expect((await node.rest('GET', '/api/rooms/%ff', undefined, KEY)).status).toBe(400);
      expect((await node.rest('GET', '/api/rooms?limit=0', undefined, KEY)).status).toBe(400);
      expect((await node.rest('GET', '/api/nothing')).body).toMatchObject({ error: { code: 'NOT_FOUND' } });
      const wrongMethod = await node.rest('PUT', '/api/rooms', {});
      expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST, GET']);
    });

    it('HTTP clients that go away in the middle of a request do no harm', async () => {
      for (const sent of [
        'POST /api/rooms HTTP/1.1\r\n',
        'POST /api/rooms HTTP/1.1\r\nContent-Length: 90\r\n\r\n{"name"',
      ]) {
        for (let index = 0; index < 10; index += 1) {
          await new Promise<void>((resolve, reject) => {
            const socket = connect(node.port, '127.0.0.1', () => socket.write(sent, () => socket.destroy()));
            socket.on('close', () => resolve());
            socket.on('error', reject);
          });
        }
      }
      expect((await node.rest('GET', '/livez')).status).toBe(200);
    });

    it('an address has only so many rooms, besides those that a backend makes, and one that was not made is not counted', async () => {
      const store = new InMemoryJournalStore();
      await start({ store, limits: { roomsOfAddress: 2 } });
      expect((await node.rest('POST', '/api/rooms')).status).toBe(201);
      store.setAvailable(false);
      expect((await node.rest('POST', '/api/rooms')).status).toBe(503);
      store.setAvailable(true);
      expect((await node.rest('POST', '/api/rooms')).status).toBe(201);
      const { status, body } = await node.rest('POST', '/api/rooms');
      expect([status, body.error.code]).toEqual([429, 'TOO_MANY_ROOMS']);
      expect((await node.rest('POST', '/api/rooms', {}, KEY)).status).toBe(201);
    });

    it('rooms and requests are limited by address, and probes are not', async () => {
      await start({ limits: { roomsCreated: { burst: 1, perSecond: 0 }, rest: { burst: 5, perSecond: 0 } } });
      expect((await node.rest('POST', '/api/rooms')).status).toBe(201);
      expect((await node.rest('POST', '/api/rooms')).body).toMatchObject({ error: { code: 'TOO_MANY_REQUESTS' } });
      const forwarded = await fetch(`${node.url}/api/rooms`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '192.0.2.7' },
      });
      expect(forwarded.status).toBe(201);
      for (let index = 0; index < 4; index += 1) await node.rest('GET', '/api/config');
      expect((await node.rest('GET', '/api/config')).status).toBe(429);
      expect((await node.rest('GET', '/livez')).status).toBe(200);
      expect((await node.rest('GET', '/api/rooms', undefined, KEY)).status).toBe(200);
    });

    it('the OpenAPI document describes every route', async () => {
      const { body } = await node.rest('GET', '/openapi.json');
      expect(body.openapi).toBe('3.1.0');
      for (const { method, path, operationId } of routes) {
        const operation = body.paths[path]?.[method.toLowerCase()];
        expect(operation, `${method} ${path}`).toMatchObject({ operationId, summary: expect.any(String) });
        for (const parameter of path.matchAll(/\{(\w+)\}/g)) {
          expect(operation.parameters).toContainEqual(expect.objectContaining({ name: parameter[1], in: 'path' }));
        }
      }
    });

    it('the metrics count what the server does', async () => {
      const roomId = await node.createRoom();
      const ann = await TestClient.connect(node.url, await node.joinToken(roomId, 'ann'));
      await ann.ask('join', { name: 'Ann' });
      await expect(ann.ask('ban', { participantId: 'x' })).rejects.toThrow('FORBIDDEN');
      expect((await node.rest('GET', '/metrics')).status).toBe(401);
      const { body, headers } = await node.rest('GET', '/metrics', undefined, KEY);
      expect(headers.get('content-type')).toContain('text/plain');
      expect(body).toContain('everroom_requests_total{request="join",outcome="OK"} 1');
      expect(body).toContain('everroom_requests_total{request="ban",outcome="FORBIDDEN"} 1');
      expect(body).toContain('everroom_participants 1');
      expect(body).toContain('process_cpu_seconds_total');
      expect(body).toContain('# TYPE everroom_sign_ins_total counter');
      expect(body).toMatch(/^everroom_media_worker_open_files\{worker="0"\} [1-9]\d+$/m);
      ann.close();
    });

    it('the metrics may have a port of their own, where they need no key', async () => {
      const metrics = { host: '127.0.0.1', port: await freePort() };
      await start({ metrics });
      const reply = await fetch(`http://127.0.0.1:${metrics.port}/metrics`);
      expect(reply.headers.get('content-type')).toContain('text/plain');
      expect(await reply.text()).toContain('everroom_participants 0');
      expect((await fetch(`http://127.0.0.1:${metrics.port}/api/config`)).status).toBe(404);
      await expect(start({ metrics })).rejects.toThrow(`METRICS_PORT ${metrics.port} is taken`);
    });
  });

  describe('the page', () => {
    it('the page is served at / and at room addresses, revalidated by its ETag', async () => {
      for (const path of ['/', '/r/qpd-xwhk-tma', '/index.html']) {
        const reply = await fetch(node.url + path);
        expect(await reply.text()).toContain('<title>Everroom</title>');
        expect(reply.headers.get('cache-control')).toBe('no-cache');
        expect(reply.headers.get('content-security-policy')).toContain("default-src 'self'");
        expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
        const again = await fetch(node.url + path, { headers: { 'if-none-match': reply.headers.get('etag') ?? '' } });
        expect([again.status, await again.text()]).toEqual([304, '']);
      }
    });

    it('assets of the page never change, and come in a compression that the browser accepts', async () => {
      const etags = new Set<string | null>();
      const encodings = [
        ['br, gzip', 'br'],
        ['gzip, deflate, br, zstd', 'br'],
        ['gzip', 'gzip'],
        ['br;q=0, *', 'gzip'],
        ['br;q=0', null],
        ['identity', null],
        ['brotli', null],
      ] as const;
      for (const [accept, encoding] of encodings) {
        const url = `${node.url}/assets/app-Ab3dEf9h.js`;
        const reply = await fetch(url, { headers: { 'accept-encoding': accept } });
        expect(reply.headers.get('content-encoding'), accept).toBe(encoding);
        expect(reply.headers.get('vary')).toBe('accept-encoding');
        expect(reply.headers.get('cache-control')).toContain('immutable');
        expect(reply.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
        expect(await reply.text()).toContain('console.log(1);');
        const etag = reply.headers.get('etag') ?? '';
        etags.add(etag);
        const again = await fetch(url, { headers: { 'accept-encoding': accept, 'if-none-match': `"other", ${etag}` } });
        expect([again.status, again.headers.get('etag')]).toEqual([304, etag]);
      }
      expect(etags.size).toBe(3);
    });

    it('files that keep their names in a folder that is named by its content never change either', async () => {
      const assets = join(folder, 'web', 'assets');
      await mkdir(join(assets, 'background-0123456789ab'));
      await writeFile(join(assets, 'background-0123456789ab', 'model.wasm'), 'wasm');
      const reply = await fetch(`${node.url}/assets/background-0123456789ab/model.wasm`);
      expect(reply.headers.get('cache-control')).toContain('immutable');
      expect(reply.headers.get('content-type')).toBe('application/wasm');
    });

    it('compressed files of another build of the page are not served', async () => {
      const built = new Date(Date.now() - 60_000);
      for (const suffix of ['br', 'gz']) {
        await utimes(join(folder, 'web', 'assets', `app-Ab3dEf9h.js.${suffix}`), built, built);
      }
      const reply = await fetch(`${node.url}/assets/app-Ab3dEf9h.js`, { headers: { 'accept-encoding': 'br, gzip' } });
      expect(reply.headers.get('content-encoding')).toBe(null);
      expect(await reply.text()).toContain('console.log(1);');
    });

    it('the page answers HEAD without a body, and follows changes on disk', async () => {
      const head = await fetch(node.url, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } });
      expect([head.status, Number(head.headers.get('content-length')) > 2_000, await head.text()]).toEqual([
        200,
        true,
        '',
      ]);
      await writeFile(join(folder, 'web', 'index.html'), '<title>Rebuilt</title>');
      expect(await (await fetch(node.url)).text()).toContain('Rebuilt');
    });

    it('the page serves no file outside its folder, and no hidden one', async () => {
      const attempts = [
        '/../secret.txt',
        '/..%2fsecret.txt',
        '/%2e%2e/secret.txt',
        '/assets/../../secret.txt',
        '/assets/..%5c..%5csecret.txt',
        '//secret.txt',
        `/${folder}/secret.txt`,
        '/link.txt',
        '/.hidden',
        '/assets',
        '/assets/',
        '/%00',
        '/%ff',
        '/index.html%00.js',
      ];
      for (const attempt of attempts) {
        const reply = await raw(node.port, `GET ${attempt.replaceAll(' ', '%20')} HTTP/1.1`);
        expect(reply, attempt).not.toMatch(/secret\n?$|hidden$/);
        expect(reply, attempt).toMatch(/^HTTP\/1.1 (404|400)/);
      }
    });

    it('a page that was not built says so', async () => {
      await start({ pageFolder: join(folder, 'nothing') });
      const reply = await node.rest('GET', '/');
      expect([reply.status, reply.body]).toEqual([404, expect.stringContaining('npm start')]);
    });
  });
});

/** A request that no well-behaved client would make. */
function raw(port: number, requestLine: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let reply = '';
    socket.on('data', (chunk) => {
      reply += chunk;
    });
    socket.on('close', () => resolve(reply));
    socket.on('error', reject);
    socket.setTimeout(500, () => socket.end());
    socket.write(`${requestLine}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  });
}
