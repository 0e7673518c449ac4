import type { AttendanceReport, PersonAttendance } from './attendance.ts';
import type { Presence, Role } from './state.ts';

/** The columns by name, with their English headings. */
const COLUMNS = {
  name: 'Name',
  verified: 'Verified',
  id: 'Id',
  role: 'Role',
  from: 'From',
  to: 'To',
  ended: 'Ended',
  presentS: 'Present (s)',
  allPresentS: 'All present (s)',
  allAwayS: 'All away (s)',
} as const;
const COLUMN_NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

/** The words of the table, for people of another language. */
export interface AttendanceWords {
  column(name: keyof typeof COLUMNS): string;
  verified(yes: boolean): string;
  role(role: Role): string;
  /** How a time of presence ended; null: it lasts. */
  ended(end: Presence['end']): string;
  times(count: number): string;
  forgotten(count: number): string;
  /** Writes a time, given in ms since the epoch. */
  at(ms: number): string;
}

const ENGLISH: AttendanceWords = {
  column: (name) => COLUMNS[name],
  verified: (yes) => (yes ? 'yes' : 'no'),
  role: (role) => role,
  ended: (end) => end ?? 'still there',
  times: (count) => `${count} times`,
  forgotten: (count) => `${count} earlier people are no longer remembered`,
  at: (ms) => new Date(ms).toISOString(),
};

/**
 * Returns the report as a table with a line for each time of presence (RFC 4180, with a byte order mark, without which
 * Excel takes UTF-8 for something else; by default in English, with UTC times of ISO 8601). No cell is a formula,
 * whatever people call themselves.
 */
export function toAttendanceCsv({ people, forgotten }: AttendanceReport, words = ENGLISH): string {
  const columns = COLUMN_NAMES.map((name) => words.column(name));
  const lines = people.flatMap((person) => linesOf(person, words));
  const note = forgotten === 0 ? [] : [[words.forgotten(forgotten)]];
  return `\ufeff${[columns, ...lines, ...note].map((line) => line.map(toCell).join(',')).join('\r\n')}\r\n`;
}

function linesOf(person: PersonAttendance, words: AttendanceWords): (string | number)[][] {
  const { name, nameFixed, participantId, role, earlier, presences, presentMs, awayMs } = person;
  const { at, times } = words;
  const who = [name, words.verified(nameFixed), participantId, words.role(role)];
  const all = [seconds(presentMs), seconds(awayMs)];
  const before =
    earlier === null
      ? []
      : [[...who, at(earlier.from), at(earlier.to), times(earlier.times), seconds(earlier.presentMs), ...all]];
  return [
    ...before,
    ...presences.map(({ from, to, end }) => {
      const lasted = to === null ? '' : seconds(to - from);
      return [...who, at(from), to === null ? '' : at(to), words.ended(end), lasted, ...all];
    }),
  ];
}

/** A text that a spreadsheet would take for a formula begins with an apostrophe, which it then does not show. */
function toCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const harmless = /^[\s]*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/u.test(value) ? `'${value}` : value;
  return `"${harmless.replaceAll('"', '""')}"`;
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
