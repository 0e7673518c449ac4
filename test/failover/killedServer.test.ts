import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Room } from '../../client/Room.ts';
import { MemoryStorage } from '../../client/storage.ts';
import type { Role } from '../../core/room/state.ts';
import { supervisorState } from '../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../ops/kit/deployment/PrivateDeployment.ts';
import { RoomApi } from '../../ops/kit/RoomApi.ts';
import { NotesDocument } from '../../web/screens/notes/NotesDocument.ts';
import { waitUntil } from '../support/waitUntil.ts';

/** What a busy machine needs for a server that starts. */
const LIMIT_MS = 60_000;

let deployment: PrivateDeployment;
let api: RoomApi;
const rooms: Room[] = [];

beforeAll(async () => {
  // On a busy machine the server would be late with its work, and refuse people.
  deployment = await PrivateDeployment.start({ workers: 1, settings: { BUSY_MS: '60000' } });
  api = new RoomApi(deployment);
});

beforeEach(standsBy);

afterEach(async (context) => {
  await Promise.all(rooms.splice(0).map((room) => room.disconnect()));
  if (context.task.result?.state === 'fail') console.error(await deployment.logTail(20));
});

afterAll(async () => {
  await deployment.stop();
});

async function connect(token: string, name: string): Promise<Room> {
  const storage = new MemoryStorage();
  const room = new Room({ media: false, sessionStorage: storage, chatStorage: storage });
  rooms.push(room);
  await room.connect(deployment.url, token, { name });
  return room;
}

async function join(roomId: string, name: string, role: Role = 'member'): Promise<Room> {
  return connect(await api.joinToken(roomId, name, role), name);
}

/** Waits until a server serves and another one stands by. */
async function standsBy(): Promise<void> {
  await waitUntil(async () => {
    const { serverPid, standbyPid } = await supervisorState(deployment);
    return (serverPid !== null && standbyPid !== null) || 'nothing stands by';
  }, LIMIT_MS);
}

async function killServer(): Promise<void> {
  await standsBy();
  const { serverPid } = await supervisorState(deployment);
  if (serverPid === null) expect.fail('no server');
  process.kill(serverPid, 'SIGKILL');
}

const until = (condition: () => boolean, otherwise: string) => waitUntil(() => condition() || otherwise, LIMIT_MS);

test('[R1] [S1] breakout rooms go on through a killed server, end at their time, and let in only who belongs there', async () => {
  const mainId = await api.createRoom('Seminar');
  const hal = await join(mainId, 'hal', 'host');
  const ann = await join(mainId, 'ann');
  const bob = await join(mainId, 'bob');
  const { breakouts } = hal.controls;
  await breakouts.open({
    ...{ names: ['One', 'Two'], free: false, durationMs: 3_600_000 },
    assigned: [{ participantId: 'ann', room: 0 }],
  });
  const opened = hal.record?.breakouts;
  const [one = expect.fail(), two = expect.fail()] = opened?.rooms ?? [];
  await until(() => ann.record?.breakouts?.places.get('ann')?.assigned === one.id, 'ann is not assigned');

  // A room that nobody may guess a way into: by its id, with a token of the operator, or as somebody else's.
  await expect(bob.controls.breakouts.enter(one.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const entered = await ann.controls.breakouts.enter(one.id);
  expect(entered.roomId).toBe(one.id);
  const byGuess = await fetch(`${deployment.url}/api/rooms/${one.id}/tokens`, { method: 'POST' });
  expect(byGuess.ok).toBe(false);
  await expect(join(one.id, 'bob')).rejects.toMatchObject({ code: 'NOT_IN_ROOM' });

  const annInside = await connect(entered.token, 'Ann');
  const halInside = await connect((await breakouts.enter(one.id)).token, 'Hal');
  expect(halInside.record?.participants.get('hal')?.role).toBe('host');
  expect(annInside.record?.participants.get('ann')?.role).toBe('member');
  expect(hal.record?.participants.has('ann')).toBe(true);
  annInside.chat.send('among us');
  await until(() => halInside.chat.messages.some(({ text }) => text === 'among us'), 'no message');

  await killServer();
  await until(() => hal.recoveries > 0 && hal.state === 'connected', 'hal is not back');
  await breakouts.announce('Soon over');
  await until(() => ann.chat.messages.some(({ announcement }) => announcement === true), 'ann heard nothing');
  halInside.chat.send('still here');
  await until(() => annInside.chat.messages.some(({ text }) => text === 'still here'), 'no message after the kill');
  expect(annInside.chat.messages.map(({ text }) => text)).toEqual(['among us', 'still here']);
  expect(ann.chat.messages.map(({ text }) => text)).toEqual(['Soon over']);
  expect(ann.record?.breakouts?.endsAt).toBe(opened?.endsAt);

  // Ann is moved: the room that she belongs in no more calls her back, if she does not go herself.
  await breakouts.assign('ann', two.id);
  const moved = await ann.controls.breakouts.enter(two.id);
  await until(() => annInside.state === 'disconnected', 'ann is still in the first room');
  const annInTwo = await connect(moved.token, 'Ann');
  expect(annInTwo.chat.messages).toEqual([]);
  // Whoever is put out of the main room is put out of the breakout room.
  await hal.controls.remove('ann');
  await until(() => annInTwo.state === 'disconnected', 'ann is still in the second room');
  await expect(connect(moved.token, 'Ann')).rejects.toMatchObject({ code: 'NOT_IN_ROOM' });

  await breakouts.end();
  await until(() => halInside.state === 'disconnected', 'the breakout room does not close');
  expect(hal.state).toBe('connected');

  // They end at their time, though nobody who knew of it is left.
  await breakouts.open({ names: ['One', 'Two'], free: true, durationMs: 3_000, assigned: [] });
  await until(() => bob.record?.breakouts?.rooms.length === 2, 'bob does not know of them');
  await killServer();
  await until(() => bob.record?.breakouts === null, 'the breakouts do not end');

  // Opened again they are empty, and end with the main room.
  await breakouts.open({ names: ['One'], free: true, durationMs: null, assigned: [] });
  const bobInside = await connect((await bob.controls.breakouts.enter(one.id)).token, 'Bob');
  expect(bobInside.chat.messages).toEqual([]);
  await api.closeRoom(mainId);
  await until(() => bobInside.state === 'disconnected', 'the breakout room outlives its main room');
});
/** Somebody who types on the shared notes as the page does. */
class Writer {
  readonly room: Room;
  readonly document: NotesDocument;
  readonly #name: string;
  #typed = 0;
  /** How many words the server has acknowledged. */
  acknowledged = 0;

  constructor(room: Room, name: string) {
    const { notes } = room.controls;
    this.room = room;
    this.#name = name;
    const write = async (update: Uint8Array) => {
      const words = this.#typed;
      await notes.write(update);
      this.acknowledged = Math.max(this.acknowledged, words);
    };
    this.document = new NotesDocument({ write, after: (seen) => notes.after(seen) }, () => undefined);
    room.on('roomChanged', () => void this.read());
  }

  get words(): readonly string[] {
    return Array.from({ length: this.#typed }, (_, index) => `${this.#name}-${index}`);
  }

  type(): void {
    const word = `${this.#name}-${this.#typed}`;
    this.#typed += 1;
    this.document.change(`${this.document.text}${word}\n`);
  }

  /** A reading that a lost connection interrupts is repeated. */
  async read(): Promise<void> {
    await this.document.read(this.room.record?.notes.count ?? 0).catch(() => undefined);
  }
}

const wordsIn = ({ document }: Writer) => document.text.split('\n').filter((word) => word !== '');

test('[R1] the shared notes of two who write through a killed server are the same for both, and nothing is lost', async () => {
  const roomId = await api.createRoom('Notes');
  const ann = new Writer(await join(roomId, 'ann'), 'ann');
  const bob = new Writer(await join(roomId, 'bob'), 'bob');
  const writers = [ann, bob];
  const rhythm = async (words: number) => {
    for (let i = 0; i < words; i += 1) {
      for (const writer of writers) writer.type();
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  };
  await rhythm(3);
  await until(() => writers.every(({ acknowledged }) => acknowledged === 3), 'nothing is acknowledged');
  const typing = rhythm(20);
  await killServer();
  await Promise.all([typing, until(() => writers.every(({ room }) => room.recoveries > 0), 'nobody lost the server')]);
  await rhythm(3);

  const all = [...ann.words, ...bob.words].sort();
  await until(() => writers.every(({ acknowledged }) => acknowledged === 26), 'not all is acknowledged');
  const late = new Writer(await join(roomId, 'late'), 'late');
  for (const reader of [ann, bob, late]) {
    await waitUntil(async () => {
      await reader.read();
      return wordsIn(reader).length >= all.length || `${wordsIn(reader).length} of ${all.length} words`;
    }, LIMIT_MS);
    expect(wordsIn(reader).sort()).toEqual(all);
  }
  expect([bob.document.text, late.document.text]).toEqual([ann.document.text, ann.document.text]);
});
