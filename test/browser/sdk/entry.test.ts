import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectOptions, MemoryStorage, Room, type RoomOptions } from '../../../client/index.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { NetworkPath } from './NetworkPath.ts';

/** A room's entry and its ends, without media: the SDK in Node against a real server, over a path that can be cut. */
describe('entering, and coming back', () => {
  let deployment: PrivateDeployment;
  let path: NetworkPath;
  let rooms: Room[] = [];
  let roomId: string;

  beforeAll(async () => {
    path = await NetworkPath.open();
    deployment = await PrivateDeployment.start({ workers: 1, settings: { NODE_URL: path.url } });
    path.targetPort = Number(new URL(deployment.url).port);
  });

  afterAll(async () => {
    await deployment?.stop();
    await path?.close();
  });

  beforeEach(async () => {
    ({ roomId } = await ask('/api/rooms', { graceMs: 1_000 }));
  });

  afterEach(async () => {
    path.heal();
    await Promise.all(rooms.map((room) => room.disconnect()));
    rooms = [];
  });

  async function ask(at: string, body: object): Promise<{ roomId: string; token: string }> {
    const response = await fetch(`${deployment.url}${at}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${deployment.apiSecret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    return (await response.json()) as { roomId: string; token: string };
  }

  async function tokenOf(participantId: string, role: 'host' | 'member' = 'member'): Promise<string> {
    return (await ask(`/api/rooms/${roomId}/tokens`, { participantId, role })).token;
  }

  function makeRoom(options: RoomOptions = {}): Room {
    const room = new Room({
      media: false,
      sessionStorage: new MemoryStorage(),
      chatStorage: new MemoryStorage(),
      ...options,
    });
    rooms.push(room);
    return room;
  }

  async function enter(
    participantId: string,
    { role = 'member', ...options }: Partial<ConnectOptions> & { role?: 'host' | 'member' } = {},
  ): Promise<Room> {
    const room = makeRoom();
    await room.connect(path.url, await tokenOf(participantId, role), { name: participantId, ...options });
    return room;
  }

  const refusedWith = (code: string): object => expect.objectContaining({ code });

  it('a room with a password asks for it, and refuses a wrong one', async () => {
    const host = await enter('host', { role: 'host' });
    await host.controls.setPassword('secret');
    await expect(enter('a')).rejects.toEqual(refusedWith('PASSWORD_REQUIRED'));
    await expect(enter('a', { password: 'guess' })).rejects.toEqual(refusedWith('PASSWORD_WRONG'));
    const a = await enter('a', { password: 'secret' });
    expect(a.record?.settings.passwordHash).toBe('set');
  });

  it('the lobby lets in only those whom a host admits', async () => {
    const host = await enter('host', { role: 'host' });
    await host.controls.setLobby(true);
    await expect(enter('a', { knock: false })).rejects.toEqual(refusedWith('LOBBY'));

    const entering = enter('a');
    await waitUntil(() => host.record?.lobby.has('a') || 'nobody knocks');
    await host.controls.admit('a');
    const a = await entering;
    expect(a.state).toBe('connected');
    expect(host.record?.lobby.size).toBe(0);

    const denied = expect(enter('b')).rejects.toEqual(refusedWith('LOBBY_DENIED'));
    await waitUntil(() => host.record?.lobby.has('b') || 'nobody knocks');
    await host.controls.deny('b');
    await denied;
  });

  it('somebody who waits in the lobby still waits after the connection broke', async () => {
    const host = await enter('host', { role: 'host' });
    await host.controls.setLobby(true);
    const entering = enter('a');
    await waitUntil(() => host.record?.lobby.size === 1 || 'nobody knocks');
    path.cut();
    path.heal();
    await waitUntil(() => host.state === 'connected' || 'the host is away');
    await waitUntil(async () => {
      await host.controls.admit('a').catch(() => undefined);
      return host.participants.has('a') || 'a is not in';
    });
    await entering;
  });

  it('a client that finds no server says so', async () => {
    path.cut();
    await expect(enter('a', { timeoutMs: 500 })).rejects.toEqual(refusedWith('UNREACHABLE'));
  });

  it('nodes that hang or refuse are left behind for one that answers', async () => {
    const hanging = await NetworkPath.open();
    hanging.targetPort = path.targetPort;
    hanging.hang();
    const refusing = await NetworkPath.open();
    await refusing.close();
    try {
      const room = makeRoom();
      await room.connect([hanging.url, refusing.url, path.url], await tokenOf('a'), { name: 'a' });
      expect(room.state).toBe('connected');
    } finally {
      await hanging.close();
    }
  });

  it('an invalid token is refused at once', async () => {
    const room = makeRoom();
    await expect(room.connect(path.url, 'no.real.token', { name: 'a' })).rejects.toEqual(refusedWith('TOKEN_INVALID'));
  });

  it('the same person on another device takes over', async () => {
    const first = await enter('a');
    const ended = new Promise((resolve) => first.on('disconnected', resolve));
    const second = await enter('a');
    await expect(ended).resolves.toBe('replaced');
    expect(second.state).toBe('connected');
  });

  it('a removed person learns of it and does not come back', async () => {
    const host = await enter('host', { role: 'host' });
    const a = await enter('a');
    const ended = new Promise((resolve) => a.on('disconnected', resolve));
    await host.controls.remove('a');
    await expect(ended).resolves.toBe('removed');
    await waitUntil(() => !host.participants.has('a') || 'a is still there');
  });

  it('a short break is over before anybody seems to have left', async () => {
    const [a, b] = [await enter('a'), await enter('b')];
    const left: string[] = [];
    a.on('participantDisconnected', ({ id }) => left.push(id));
    path.cut();
    path.heal();
    await waitUntil(() => (a.recoveries === 1 && b.recoveries === 1) || `${a.recoveries}, ${b.recoveries} recoveries`);
    await waitUntil(() => a.participants.get('b')?.connected || 'b is marked as away');
    expect(left).toEqual([]);
    await waitUntil(() => isDeepStrictEqual(a.record, b.record) || 'their copies differ');
  });

  it('a path that hangs is noticed, and the connection goes on when it no longer does', async () => {
    const a = await enter('a');
    const states: string[] = [];
    a.on('stateChanged', (state) => states.push(state));
    path.hang();
    await waitUntil(() => states.includes('reconnecting') || 'nothing was noticed');
    path.heal();
    await waitUntil(() => a.state === 'connected' || 'it is not back');
    await a.localParticipant.raiseHand();
  });

  it('after the grace time the join token leads back in', async () => {
    const [a, b] = [await enter('a'), await enter('b')];
    const events: string[] = [];
    path.cut();
    await waitUntil(() => (a.state === 'reconnecting' && b.state === 'reconnecting') || 'the break was not noticed');
    await waitUntil(async () => {
      const response = await fetch(`${deployment.url}/api/rooms/${roomId}/participants`, {
        headers: { authorization: `Bearer ${deployment.apiSecret}` },
      });
      const { participants } = (await response.json()) as { participants: unknown[] };
      return participants.length === 0 || `${participants.length} are still in the record`;
    });
    a.on('participantDisconnected', ({ id }) => events.push(`${id} left`));
    path.heal();
    await waitUntil(() => (a.state === 'connected' && b.state === 'connected') || `${a.state}, ${b.state}`);
    await waitUntil(() => a.participants.has('b') || 'b is not there');
    await a.localParticipant.raiseHand();
    await waitUntil(() => b.participants.get('a')?.handRaisedAt !== null || 'the hand is down');
  });
});
