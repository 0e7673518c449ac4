import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../core/ports.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { CLIENT_ID, CLIENT_SECRET, SignInProvider } from '../../support/SignInProvider.ts';
import { TestClient } from './TestClient.ts';
import { API_SECRET, clock, closeTestMedia, TestNode, type TestNodeOptions } from './TestNode.ts';

/** All nodes have this name, as behind a balancer. */
const SITE = 'http://meet.test';

let provider: SignInProvider;
let store: InMemoryJournalStore;
let ann: Browser;
const nodes: TestNode[] = [];
const clients: TestClient[] = [];

beforeAll(async () => {
  provider = await SignInProvider.start([`${SITE}/sign-in/callback`]);
});
afterAll(async () => {
  await provider.close();
  await closeTestMedia();
});
beforeEach(() => {
  store = new InMemoryJournalStore();
  ann = new Browser();
  provider.signsIn = 'ann';
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const node of nodes.splice(0)) {
    expect(node.logger.errors).toEqual([]);
    await node.close();
  }
});

const settings = () => ({
  issuer: provider.issuer,
  clientId: CLIENT_ID,
  clientSecret: { reveal: () => CLIENT_SECRET },
  scopes: 'openid profile',
  claims: { name: 'name', hosts: { claim: 'groups', values: ['chairs'] } },
  sessionMs: 3_600_000,
});

async function start({
  signIn,
  ...options
}: Partial<TestNodeOptions> & { signIn?: Partial<ReturnType<typeof settings>> } = {}): Promise<TestNode> {
  const auth = { signIn: { ...settings(), ...signIn }, ...options.auth };
  const node = await TestNode.start({ engine: 'uws', store, publicUrl: SITE, ...options, auth });
  nodes.push(node);
  return node;
}

/** Cookies of a browser, and where it is sent. */
class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  /** Goes to an address of the site, at this node, or of the provider; follows nothing. */
  async visit(node: TestNode, address: string, init: RequestInit = {}): Promise<Response> {
    const { origin, pathname, search } = new URL(address, SITE);
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch((origin === SITE ? node.url : origin) + pathname + search, {
      redirect: 'manual',
      ...init,
      headers: { ...(cookie && { cookie }), ...init.headers },
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Begins to sign in; returns the provider's address. */
  async begin(node: TestNode, to = '/'): Promise<URL> {
    const response = await this.visit(node, `/sign-in?${new URLSearchParams({ to })}`);
    return new URL(response.headers.get('location') ?? '', SITE);
  }

  /** Signs in at the provider; returns the address to which it sends the person back. */
  async pass(node: TestNode, address: URL): Promise<URL> {
    let at = address;
    while (at.origin === provider.issuer) {
      const response = await this.visit(node, at.href);
      const location = response.headers.get('location');
      if (!location) throw new Error(`the provider answers ${response.status}: ${await response.text()}`);
      at = new URL(location, at);
    }
    return at;
  }

  /** Signs in; returns where the person is in the end. */
  async signIn(node: TestNode, to = '/'): Promise<string> {
    const back = await this.pass(node, await this.begin(node, to));
    return (await this.visit(node, back.href)).headers.get('location') ?? '';
  }

  async person(node: TestNode, headers: Record<string, string> = {}): Promise<unknown> {
    const config = await (await this.visit(node, '/api/config', { headers })).json();
    return (config as { signIn: { person: unknown } }).signIn.person;
  }

  async post(node: TestNode, path: string): Promise<{ status: number; body: Record<string, string> }> {
    const response = await this.visit(node, path, { method: 'POST' });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }

  /** Comes into a room as the page does. */
  async join(node: TestNode, roomId: string, name: string) {
    const { status, body } = await this.post(node, `/api/rooms/${roomId}/tokens`);
    if (status !== 201) throw new Error(JSON.stringify(body));
    const client = await TestClient.connect(node.url, body.token ?? '');
    clients.push(client);
    await client.ask('join', { name });
    return node.hosts.get(roomId)?.state.participants.get(body.participantId ?? '');
  }
}

const whyOf = (place: string) => new URL(place, SITE).searchParams.get('why');

describe('signing in', () => {
  it('[S1] whoever signs in comes back to the room under their name, at any node, and a later server knows them', async () => {
    const [first, second] = [await start(), await start({ engine: 'ws' })];
    const roomId = await first.createRoom({ guests: true });
    const address = await ann.begin(first, `/r/${roomId}`);
    expect(address.searchParams.get('code_challenge_method')).toBe('S256');
    expect(address.href).not.toContain(roomId);
    const back = await ann.pass(first, address);
    const came = await ann.visit(second, back.href);
    expect([came.status, came.headers.get('location')]).toEqual([303, `/r/${roomId}`]);
    const cookie = came.headers.get('set-cookie') ?? '';
    for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/', 'Max-Age=3600']) expect(cookie).toContain(part);
    expect(await ann.join(first, roomId, 'The Queen')).toMatchObject({
      ...{ name: 'Ann Archer', nameFixed: true, role: 'member' },
    });
    expect(await new Browser().join(first, roomId, 'Bob')).toMatchObject({
      ...{ name: 'Bob', nameFixed: false, role: 'guest' },
    });
    for (const node of nodes.splice(0)) await node.close();
    expect(await ann.person(await start())).toEqual({ name: 'Ann Archer' });
    // Under TLS no other host of the domain can set the cookie.
    const headers = { 'x-forwarded-proto': 'https', host: 'x' };
    const secure = await start({ publicUrl: 'https://meet.test' });
    expect((await fetch(`${secure.url}/sign-in`, { redirect: 'manual', headers })).headers.get('set-cookie')).toMatch(
      /^__Host-everroom-browser=.*; Secure/,
    );
  });

  it('[S1] a room without guests takes who signed in or was invited, and nobody else', async () => {
    const node = await start({ auth: { guestAccess: false } });
    const roomId = await node.createRoom({ guests: false });
    const guest = await new Browser().post(node, `/api/rooms/${roomId}/tokens`);
    expect(guest).toMatchObject({ status: 401, body: { error: { code: 'GUESTS_REFUSED' } } });
    await ann.signIn(node);
    expect(await ann.join(node, roomId, '')).toMatchObject({ name: 'Ann Archer' });
    const invited = await TestClient.connect(node.url, await node.joinToken(roomId, 'bob', 'host'));
    clients.push(invited);
    await invited.ask('join', { name: 'Bob' });
    await expect(invited.ask('setGuests', { guests: true })).rejects.toThrow('FORBIDDEN');

    // Where the deployment lets guests in, hosts decide.
    const open = await start({ store: new InMemoryJournalStore() });
    const { body } = await ann.post(open, '/api/rooms');
    const host = await TestClient.connect(open.url, body.token ?? '');
    clients.push(host);
    await host.ask('join', { name: '' });
    await new Browser().join(open, body.roomId ?? '', 'Eve');
    await host.ask('setGuests', { guests: false });
    await expect(new Browser().join(open, body.roomId ?? '', 'Mallory')).rejects.toThrow('GUESTS_REFUSED');
    expect(open.hosts.get(body.roomId ?? '')?.state.participants.size).toBe(2);
  });

  it('[S4] a ban reaches who signed in, from any browser, and hosts see that, but not the account', async () => {
    const node = await start();
    const roomId = await node.createRoom({ guests: true });
    const host = await TestClient.connect(node.url, await node.joinToken(roomId, 'hal', 'host'));
    clients.push(host);
    await host.ask('join', { name: 'Hal' });
    await ann.signIn(node);
    const banned = await ann.join(node, roomId, '');
    expect(banned?.account).toMatch(/^[\w-]{22}$/);
    await host.ask('ban', { participantId: banned?.id ?? '' });
    expect(host.events('ParticipantBanned')).toMatchObject([{ name: 'Ann Archer', account: 'set' }]);
    // The same person in another browser; and somebody else.
    const phone = new Browser();
    await phone.signIn(node);
    await expect(phone.join(node, roomId, '')).rejects.toThrow('BANNED');
    provider.people.set('bob', { name: 'Bob' });
    provider.signsIn = 'bob';
    const bob = new Browser();
    await bob.signIn(node);
    expect(await bob.join(node, roomId, '')).toMatchObject({ name: 'Bob' });
  });

  it('[S1] nobody signs in with what belongs to another browser or another sign-in, or comes too late', async () => {
    let aheadMs = 0;
    const late: Clock = { ...clock, now: () => Date.now() + aheadMs };
    const node = await start({ clock: late });
    const outcome = async (browser: Browser, back: URL) =>
      whyOf((await browser.visit(node, back.href)).headers.get('location') ?? '');

    const back = await ann.pass(node, await ann.begin(node));
    expect(await outcome(new Browser(), back)).toBe('late');
    const forged = new URL(back);
    forged.searchParams.set('state', `${back.searchParams.get('state')}x`);
    expect(await outcome(ann, forged)).toBe('late');

    // The code of one sign-in with the state of another: the verifier does not fit.
    const other = await ann.pass(node, await ann.begin(node));
    const mixed = new URL(back);
    mixed.searchParams.set('state', other.searchParams.get('state') ?? '');
    expect(await outcome(ann, mixed)).toBe('invalid');

    const replayed = await ann.begin(node);
    replayed.searchParams.set('nonce', 'of an ID token that somebody recorded');
    expect(await outcome(ann, await ann.pass(node, replayed))).toBe('invalid');
    expect(await ann.person(node)).toBeNull();

    const slow = await ann.pass(node, await ann.begin(node));
    aheadMs = 20 * 60_000;
    expect(await outcome(ann, slow)).toBe('late');
    aheadMs = 0;
    provider.signsIn = null;
    expect(whyOf(await new Browser().signIn(node))).toBe('refused');
  });

  it('a session ends by signing out and with its time, and no other site uses it', async () => {
    let aheadMs = 0;
    const node = await start({ clock: { ...clock, now: () => Date.now() + aheadMs } });
    await ann.signIn(node);
    const crossSite = { 'sec-fetch-site': 'same-site' };
    expect(await ann.person(node, crossSite)).toBeNull();
    expect((await ann.visit(node, '/sign-out', { method: 'POST', headers: crossSite })).status).toBe(403);
    aheadMs = 3_700_000;
    expect(await ann.person(node)).toBeNull();
    aheadMs = 0;
    expect(await ann.person(node)).toEqual({ name: 'Ann Archer' });
    const other = await start({ signIn: { clientId: 'another client' } });
    expect(await ann.person(other)).toBeNull();
    const { body } = await ann.post(node, '/sign-out');
    expect(body.signOutAt).toContain(`${provider.issuer}/session/end?`);
    expect(await ann.person(node)).toBeNull();
  });

  it('who may create rooms, and who is a host, follows from signing in', async () => {
    const node = await start({ auth: { openRoomCreation: 'signed-in' } });
    const config = async (browser: Browser) => (await browser.visit(node, '/api/config')).json();
    expect(await config(ann)).toMatchObject({ openRoomCreation: false, signIn: { person: null, creates: true } });
    expect((await ann.post(node, '/api/rooms')).status).toBe(401);
    await ann.signIn(node);
    expect(await config(ann)).toMatchObject({ openRoomCreation: true });
    const { status, body } = await ann.post(node, '/api/rooms');
    expect([status, body.role]).toEqual([201, 'host']);
    provider.people.set('eve', { name: 'Eve', groups: ['staff', 'chairs'] });
    provider.signsIn = 'eve';
    const eve = new Browser();
    await eve.signIn(node);
    expect(await eve.join(node, body.roomId ?? '', '')).toMatchObject({ name: 'Eve', role: 'host' });
    provider.people.set('nobody', {});
    provider.signsIn = 'nobody';
    expect(whyOf(await new Browser().signIn(node))).toBe('nameless');
  });

  it('a provider that is wrong or away is named with what to do, meetings go on, and it works once the provider does', async () => {
    const away = await SignInProvider.start([`${SITE}/sign-in/callback`]);
    const port = Number(new URL(away.issuer).port);
    await away.close();
    const node = await start({ signIn: { issuer: away.issuer } });
    expect((await ann.begin(node, '/r/x')).href).toBe(`${SITE}/sign-in/failed?why=unavailable&to=%2Fr%2Fx`);
    const named = node.logger.warnings.find(({ message }) => message.includes('nobody can sign in now'));
    expect(String(named?.fields.err)).toContain('OIDC_ISSUER');
    const { body: metrics } = await node.rest('GET', '/metrics', undefined, `Bearer ${API_SECRET}`);
    expect(metrics).toContain('everroom_sign_ins_total{outcome="unavailable"} 1');
    await new Browser().join(node, await node.createRoom({ guests: true }), 'Bob');
    const back = await SignInProvider.start([`${SITE}/sign-in/callback`], port);
    try {
      expect((await ann.begin(node)).origin).toBe(away.issuer);
    } finally {
      await back.close();
    }
    const stranger = await start({ signIn: { clientSecret: { reveal: () => 'wrong' } } });
    expect(whyOf(await ann.signIn(stranger))).toBe('unavailable');
    const warned = stranger.logger.warnings.map(({ fields }) => String(fields.err)).join();
    expect(warned).toContain('OIDC_CLIENT_SECRET');
    expect(warned).not.toContain('wrong');
  });

  it('sign-ins are limited by address', async () => {
    const node = await start({ limits: { signIns: { burst: 2, perSecond: 0 } } });
    const statuses = await Promise.all([1, 2, 3].map(async () => (await ann.visit(node, '/sign-in')).status));
    expect(statuses.sort()).toEqual([303, 303, 429]);
  });
});
