import { describe, expect, it } from 'vitest';
import { commitsOf, created, disconnected, joined, NOW, resumed, SETTINGS, stateOf } from '../../test/support/room.ts';
import { ATTENDANCE_KEPT, PRESENCES_KEPT, reportAttendance } from './attendance.ts';
import { type AttendanceWords, toAttendanceCsv } from './attendanceCsv.ts';
import type { RoomEvent } from './events.ts';
import { evolveCommits } from './evolve.ts';
import { EMPTY_ROOM } from './state.ts';

const S = 1_000;
const second = (seconds: number) => NOW + seconds * S;
const ann = (session: number, at: number, name = 'Ann'): RoomEvent => {
  return { ...joined('ann', session, { name }), at: second(at) } as RoomEvent;
};
const back = (session: number, at: number): RoomEvent => ({ ...resumed('ann', session), at: second(at) }) as RoomEvent;
const away = (session: number, at: number) => disconnected('ann', session, second(at) + SETTINGS.graceMs);
const gone = (at: number, departure: 'left' | 'expired' = 'left'): RoomEvent => {
  return { type: 'ParticipantGone', participantId: 'ann', departure, at: second(at) };
};
const report = (now: number, ...events: RoomEvent[]) => reportAttendance(stateOf(created(), ...events), second(now));

describe('attendance', () => {
  it('[R-ATTEND-1] attendance is true over lost connections, leaving and coming again', () => {
    const [person] = report(100, ann(1, 0), away(1, 10), back(2, 15), gone(30), ann(3, 60, 'Anna')).people;
    expect(person).toEqual({
      participantId: 'ann',
      name: 'Anna',
      nameFixed: false,
      role: 'member',
      earlier: null,
      presences: [
        { from: second(0), to: second(10), end: 'away' },
        { from: second(15), to: second(30), end: 'left' },
        { from: second(60), to: null, end: null },
      ],
      presentMs: (10 + 15 + 40) * S,
      awayMs: 5 * S,
    });
  });

  it('[R-ATTEND-1] moving to another connection or node interrupts nothing', () => {
    expect(report(9, ann(1, 0), back(2, 5)).people[0]?.presences).toEqual([{ from: second(0), to: null, end: null }]);
  });

  it('[R-ATTEND-1] who never came back was there until the connection was lost', () => {
    const expected = [{ from: second(0), to: second(10), end: 'expired' }];
    const expired = report(99, ann(1, 0), away(1, 10), gone(30, 'expired')).people[0];
    expect(expired).toMatchObject({ presences: expected, presentMs: 10 * S, awayMs: 0 });
  });

  it('[R-ATTEND-2] attendance ends with the room and outlives it, and a new room begins without any', () => {
    const closed: RoomEvent = { type: 'RoomClosed', at: second(7) };
    const expected = [{ from: second(0), to: second(7), end: 'closed' }];
    expect(report(9, ann(1, 0), closed).people[0]?.presences).toEqual(expected);
    expect(report(9, ann(1, 0), closed, created()).people).toEqual([]);
  });

  it('[R-ATTEND-3] the oldest times of somebody who comes and goes without end are summed up, and the sums stay true', () => {
    const times = PRESENCES_KEPT + 5;
    const events = Array.from({ length: times }, (_, i) => [ann(2 * i + 1, 10 * i), gone(10 * i + 4)]).flat();
    const [person] = report(9_999, ...events).people;
    expect(person?.presences).toHaveLength(PRESENCES_KEPT);
    expect(person?.earlier).toEqual({ times: 5, from: second(0), to: second(44), presentMs: 20 * S, awayMs: 0 });
    expect(person?.presentMs).toBe(times * 4 * S);
  });

  it('[R-ATTEND-3] of more people than are kept the oldest are forgotten, those who are gone first, and counted', () => {
    const crowd = Array.from({ length: ATTENDANCE_KEPT }, (_, i) => joined(`p${i}`, i + 3));
    const events = [created(), joined('bob', 1), ann(2, 0), gone(1), ...crowd];
    const { people, forgotten } = reportAttendance(evolveCommits(EMPTY_ROOM, commitsOf(events)), NOW);
    expect(people).toHaveLength(ATTENDANCE_KEPT);
    expect(forgotten).toBe(2);
    expect(people.some(({ participantId }) => participantId === 'ann')).toBe(false);
  });

  it('[R-MOD-8] nothing is left of somebody who was erased', () => {
    const erased: RoomEvent = { type: 'ParticipantErased', participantId: 'ann', at: second(9) };
    expect(report(9, ann(1, 0), gone(8), erased).people).toEqual([]);
  });
});

describe('the table', () => {
  it('the table of attendance has a line for each time, in UTC', () => {
    const lines = toAttendanceCsv(report(100, ann(1, 0), away(1, 10), back(2, 15))).split('\r\n');
    expect(lines).toEqual([
      '\ufeff"Name","Verified","Id","Role","From","To","Ended","Present (s)","All present (s)","All away (s)"',
      '"Ann","no","ann","member","2026-01-01T00:00:00.000Z","2026-01-01T00:00:10.000Z","away",10,95,5',
      '"Ann","no","ann","member","2026-01-01T00:00:15.000Z","","still there","",95,5',
      '',
    ]);
  });

  it('the table takes the words of another language', () => {
    const german: AttendanceWords = {
      column: (name) => `Spalte ${name}`,
      verified: (yes) => (yes ? 'ja' : 'nein'),
      role: (role) => `=${role}`,
      ended: (end) => (end === null ? 'noch da' : 'weg'),
      times: (count) => `${count}-mal`,
      forgotten: (count) => `${count} vergessen`,
      at: (ms) => `t+${(ms - NOW) / S}`,
    };
    const lines = toAttendanceCsv({ ...report(100, ann(1, 0)), forgotten: 2 }, german).split('\r\n');
    expect(lines[0]).toContain('"Spalte name","Spalte verified"');
    expect(lines.slice(1)).toEqual([`"Ann","nein","ann","'=member","t+0","","noch da","",100,0`, '"2 vergessen"', '']);
  });

  it.each([
    ['=1+1', `"'=1+1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['  -2+3', `"'  -2+3"`],
    ['＝1', `"'＝1"`],
    ['a "b", c', '"a ""b"", c"'],
    ['Ann=Bob', '"Ann=Bob"'],
  ])('the name %s is no formula, and no end of a cell', (name, cell) => {
    expect(toAttendanceCsv(report(1, ann(1, 0, name)))).toContain(`\r\n${cell},`);
  });
});
