import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeState } from '../../../recovery/snapshots.ts';
import { created, joined, stateOf } from '../../../test/support/room.ts';
import type { OperatorRequest } from '../../run/operator/requests.ts';
import { type Asking, scopeOf, toJson } from './scope.ts';

const STATE = stateOf(created(), joined('ann', 1), joined('bob', 2));
const ROOM = {
  ...{ roomId: 'a b', name: 'Standup', version: 3, readOnly: false, people: 2, here: 1 },
  ...{ producers: 0, consumers: 0, flowing: 0 },
};

/** Answers like a server, and keeps what it was asked. */
function server(status = 200, body: unknown = {}) {
  const asked: OperatorRequest[] = [];
  const link: Asking = {
    ask(request) {
      asked.push(request);
      const answers = {
        room: { ...ROOM, state: JSON.parse(writeState(STATE)) },
        rooms: [ROOM],
        call: { status, body },
      };
      return answers[request.type as keyof typeof answers] as never;
    },
  };
  return { asked, link };
}

test('a room is a copy with the maps and sets of its state', () => {
  const { link } = server();
  const { room } = scopeOf({ link, write: false, by: 'root', folder: '/' });
  expect(room('a b').state).toEqual(STATE);
  expect(room('a b').state.participants.get('bob')?.session).toBe(2);
});

test('each use of a word asks again', () => {
  const { asked, link } = server();
  const scope = scopeOf({ link, write: false, by: 'root', folder: '/' }) as unknown as { rooms: unknown[] };
  expect([scope.rooms.length, scope.rooms.length]).toEqual([1, 1]);
  expect(asked).toEqual([{ type: 'rooms' }, { type: 'rooms' }]);
});

test('changes are requests of the API, marked by who makes them, and allowed with --write alone', () => {
  for (const write of [false, true]) {
    const { asked, link } = server();
    const { room } = scopeOf({ link, write, by: 'ann', folder: '/' });
    room('a b').change({ locked: true });
    room('a b').remove('x/y');
    room('a b').close();
    const mark = { type: 'call', changes: write, by: 'ann' };
    expect(asked.filter(({ type }) => type === 'call')).toEqual([
      { ...mark, method: 'PATCH', path: '/api/rooms/a%20b', body: { locked: true } },
      { ...mark, method: 'POST', path: '/api/rooms/a%20b/participants/x%2Fy/remove' },
      { ...mark, method: 'DELETE', path: '/api/rooms/a%20b' },
    ]);
  }
});

test('what the API refuses is said in its words', () => {
  const { link } = server(409, { error: { code: 'ROOM_CLOSED', message: 'The room is closed.' } });
  const { api } = scopeOf({ link, write: true, by: 'root', folder: '/' });
  expect(() => api('delete', '/api/rooms/x')).toThrow('ROOM_CLOSED: The room is closed.');
});

test('a value is saved as JSON that this user alone can read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'everroom-console-'));
  try {
    const { room, save } = scopeOf({ link: server().link, write: false, by: 'root', folder });
    const path = save(room('a b'), 'room.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const saved = JSON.parse(readFileSync(path, 'utf8'));
    expect(saved).toMatchObject({
      roomId: 'a b',
      state: {
        participants: {
          map: [
            ['ann', {}],
            ['bob', {}],
          ],
        },
      },
    });
    expect(toJson(undefined)).toBe('null');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
