import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Room } from '../../../client/Room.ts';
import { MemoryStorage } from '../../../client/storage.ts';
import { redactState, writeState } from '../../../core/room/redact.ts';
import { InMemoryJournalStore } from '../../../recovery/journal/InMemoryJournal.ts';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';
import { NetworkPath } from '../../browser/sdk/NetworkPath.ts';
import { NO_MEDIA } from '../../support/noMedia.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { TestNode } from './TestNode.ts';

/** A server of another version: it only refuses, or answers resumes. */
class OtherServer {
  readonly #io: Server;
  readonly port: number;

  private constructor(io: Server, port: number) {
    this.#io = io;
    this.port = port;
  }

  static async refusing(protocol: number): Promise<OtherServer> {
    return OtherServer.#start((io) =>
      io.use((_, next) => {
        const data = { code: 'PROTOCOL_UNSUPPORTED', message: 'Reload the page.', protocol };
        next(Object.assign(new Error(data.message), { data }));
      }),
    );
  }

  /** Answers resumes with `resume`, by the version that they name; `speak` may send more afterwards. */
  static async answering(
    resume: (version: number) => unknown,
    speak: (socket: Socket, version: number) => void = () => undefined,
  ): Promise<OtherServer> {
    return OtherServer.#start((io) =>
      io.on('connection', (socket: Socket) => {
        socket.on('ping', (_, answer: (value: unknown) => void) => answer({ ok: true, result: { serverTime: 0 } }));
        socket.on('resume', ({ version }: { version: number }, answer: (value: unknown) => void) => {
          answer({ ok: true, result: resume(version) });
          speak(socket, version);
        });
      }),
    );
  }

  static async #start(speak: (io: Server) => void): Promise<OtherServer> {
    const http = createServer();
    const io = new Server(http);
    speak(io);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return new OtherServer(io, (http.address() as AddressInfo).port);
  }

  async close(): Promise<void> {
    await this.#io.close();
  }
}

describe('a client whose servers are updated', () => {
  let node: TestNode;
  let path: NetworkPath;
  let roomId: string;
  let room: Room;
  let upgrades: Error[];
  const storage = new MemoryStorage();
  const others: OtherServer[] = [];

  beforeEach(async () => {
    node = await TestNode.start({ engine: 'ws', store: new InMemoryJournalStore(), media: NO_MEDIA });
    path = await NetworkPath.open();
    path.targetPort = node.port;
    roomId = await node.createRoom();
    room = new Room({ media: false, sessionStorage: storage, chatStorage: storage, announceReconnectingAfterMs: 0 });
    upgrades = [];
    room.on('upgradeNeeded', (error) => upgrades.push(error));
    await room.connect(path.url, await node.joinToken(roomId, 'ann'), { name: 'Ann' });
  });

  afterEach(async () => {
    await room.disconnect();
    for (const other of others.splice(0)) await other.close();
    await path.close();
    await node.close();
  });

  /** Replaces the client's server with another one. */
  function become(other: OtherServer): void {
    others.push(other);
    path.cut();
    path.targetPort = other.port;
    path.heal();
  }

  function becomeItselfAgain(): void {
    path.cut();
    path.targetPort = node.port;
    path.heal();
  }

  it('a client that is too old says so, keeps session and outbox, and does not end', async () => {
    become(await OtherServer.refusing(PROTOCOL_VERSION + 1));
    await waitUntil(() => upgrades.length > 0 || 'no upgrade is needed yet');
    room.chat.send('written meanwhile');
    expect([room.state, room.needsUpgrade, Room.canResume(roomId, storage)]).toEqual(['reconnecting', true, true]);

    becomeItselfAgain();
    await waitUntil(() => room.state === 'connected' || room.state);
    expect(room.needsUpgrade).toBe(false);
    await waitUntil(() => room.record?.chat.some(({ text }) => text === 'written meanwhile') || 'it was not sent');
  });

  it('a client waits while the server is older than itself', async () => {
    become(await OtherServer.refusing(PROTOCOL_VERSION - 1));
    await waitUntil(() => room.state === 'reconnecting' || room.state);
    becomeItselfAgain();
    await waitUntil(() => room.state === 'connected' || room.state);
    expect(upgrades).toEqual([]);
  });

  it('[R-REDACT-4] a client that cannot read a commit asks for the whole room, and continues', async () => {
    const state = node.hosts.get(roomId)?.state;
    if (!state) throw new Error('the room is not open');
    const session = {
      ...{ roomId, participantId: 'ann', session: 9, resumeToken: 'later', missed: null, serverTime: 0 },
      ...{ rtpCapabilities: {}, transports: null, iceServers: [], nodes: [path.url] },
    };
    const asked: number[] = [];
    const newer = await OtherServer.answering(
      (version) => {
        asked.push(version);
        return { ...session, room: writeState(redactState(state, 'participant')), version: 100 + asked.length };
      },
      (socket, version) => {
        if (version === 0) return;
        socket.emit('committed', { version: 102, byOthers: false, events: [{ type: 'MoodChanged', mood: 'good' }] });
      },
    );
    become(newer);
    await waitUntil(() => asked.at(-1) === 0 || `asked from ${asked}`);
    await waitUntil(() => (room.state === 'connected' && room.version === 102) || `${room.state} at ${room.version}`);
    expect(upgrades).toEqual([]);
  });

  it('a client that cannot read the room it gets needs an upgrade', async () => {
    become(await OtherServer.answering(() => ({ participantId: 'ann', room: { mood: 'good' } })));
    await waitUntil(() => upgrades.length > 0 || 'no upgrade is needed yet');
    expect(String(upgrades[0])).toContain('newer version');
    expect(room.state).toBe('reconnecting');
  });
});
