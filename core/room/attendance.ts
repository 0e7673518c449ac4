import type { Attendance, EarlierPresence, Participant, Presence, RoomState } from './state.ts';

/** People of whom a room remembers when they were there. */
export const ATTENDANCE_KEPT = 2_000;
/** Times of presence that are kept one by one; what was before them is summed up. */
export const PRESENCES_KEPT = 16;

/** Returns the attendance of somebody who is there from now on; nothing changes if they are already. */
export function came(
  known: Attendance | undefined,
  { id, name, nameFixed, role }: Participant,
  from: number,
): Attendance {
  const who = { participantId: id, name, nameFixed, role };
  if (known === undefined) return { ...who, earlier: null, presences: [{ from, to: null, end: null }] };
  if (known.presences.at(-1)?.to === null) return known;
  return summedUp({ ...known, ...who, presences: [...known.presences, { from, to: null, end: null }] });
}

/** Returns the attendance of somebody who is there no longer. Who was away before was there until then. */
export function went(known: Attendance, at: number, end: NonNullable<Presence['end']>): Attendance {
  const last = known.presences.at(-1);
  if (last === undefined || (last.to !== null && (last.end !== 'away' || end === 'away'))) return known;
  const ended = { ...last, to: last.to ?? Math.max(at, last.from), end };
  return { ...known, presences: [...known.presences.slice(0, -1), ended] };
}

function summedUp(attendance: Attendance): Attendance {
  const [first, second] = attendance.presences;
  if (attendance.presences.length <= PRESENCES_KEPT || first === undefined || second === undefined) return attendance;
  const { from, to, end } = first;
  const until = to ?? from;
  const { times, presentMs, awayMs, from: start } = attendance.earlier ?? { times: 0, presentMs: 0, awayMs: 0, from };
  const earlier: EarlierPresence = {
    times: times + 1,
    from: start,
    to: until,
    presentMs: presentMs + (until - from),
    awayMs: awayMs + (end === 'away' ? Math.max(0, second.from - until) : 0),
  };
  return { ...attendance, earlier, presences: attendance.presences.slice(1) };
}

/** An attendance with its sums. */
export interface PersonAttendance extends Attendance {
  readonly presentMs: number;
  /** Times without a connection that ended with a return. */
  readonly awayMs: number;
}

export interface AttendanceReport {
  readonly at: number;
  /** In the order in which they first came. */
  readonly people: readonly PersonAttendance[];
  /** How many earlier people the room no longer remembers. */
  readonly forgotten: number;
}

/** Returns who was there and when; what lasts counts until `now`. */
export function reportAttendance({ attendance, attendanceForgotten }: RoomState, now: number): AttendanceReport {
  return {
    at: now,
    people: [...attendance.values()].map((person) => withSums(person, now)),
    forgotten: attendanceForgotten,
  };
}

function withSums(person: Attendance, now: number): PersonAttendance {
  let { presentMs, awayMs } = person.earlier ?? { presentMs: 0, awayMs: 0 };
  for (const [index, { from, to, end }] of person.presences.entries()) {
    presentMs += Math.max(0, (to ?? now) - from);
    const next = person.presences[index + 1];
    if (end === 'away' && to !== null) awayMs += Math.max(0, (next?.from ?? now) - to);
  }
  return { ...person, presentMs, awayMs };
}
