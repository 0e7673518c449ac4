import type { AttendanceReport, PersonAttendance } from './attendance.ts';

const COLUMNS = [
  'Name',
  'Verified',
  'Id',
  'Role',
  'From',
  'To',
  'Ended',
  'Present (s)',
  'All present (s)',
  'All away (s)',
];

/**
 * Returns the report as a table with a line for each time of presence (RFC 4180, UTC times of ISO 8601, with a byte
 * order mark, without which Excel takes UTF-8 for something else). No cell is a formula, whatever people call
 * themselves.
 */
export function toAttendanceCsv({ people, forgotten }: AttendanceReport): string {
  const lines = people.flatMap(linesOf);
  const note = forgotten === 0 ? [] : [[`${forgotten} earlier people are no longer remembered`]];
  return `\ufeff${[COLUMNS, ...lines, ...note].map((line) => line.map(toCell).join(',')).join('\r\n')}\r\n`;
}

function linesOf(person: PersonAttendance): (string | number)[][] {
  const { name, nameFixed, participantId, role, earlier, presences, presentMs, awayMs } = person;
  const who = [name, nameFixed ? 'yes' : 'no', participantId, role];
  const all = [seconds(presentMs), seconds(awayMs)];
  const before =
    earlier === null
      ? []
      : [[...who, iso(earlier.from), iso(earlier.to), `${earlier.times} times`, seconds(earlier.presentMs), ...all]];
  return [
    ...before,
    ...presences.map(({ from, to, end }) => {
      const lasted = to === null ? '' : seconds(to - from);
      return [...who, iso(from), to === null ? '' : iso(to), end ?? 'still there', lasted, ...all];
    }),
  ];
}

/** A text that a spreadsheet would take for a formula begins with an apostrophe, which it then does not show. */
function toCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const harmless = /^[\s]*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/u.test(value) ? `'${value}` : value;
  return `"${harmless.replaceAll('"', '""')}"`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
