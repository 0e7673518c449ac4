import { cut, plainText } from '../../kit/plainText.ts';
import { type Column, table } from '../../kit/table.ts';
import type { Screen } from '../output/Screen.ts';
import { count, duration, nodeName } from '../output/words.ts';
import type { ParticipantReport, RoomReport } from './report.ts';

/** Draws a room. `lines`: the most that it may take; the rest of the people is counted. */
export function drawRoom(report: RoomReport, now: number, screen: Screen, lines = Number.POSITIVE_INFINITY): string {
  const { participants, waiting } = report;
  const { columns } = screen;
  const isLive = lines < Number.POSITIVE_INFINITY;
  const facts = stateOf(report, now);
  const name = cut(plainText(report.name), Math.max(10, columns - 30));
  // A line that wraps would push others off a screen that is drawn again.
  const head = [
    `${screen.bold(name)}  ${screen.dim(`${report.roomId}, version ${report.version}`)}`,
    isLive ? cut(facts, columns) : facts,
  ];
  const room = Math.max(1, lines - head.length - 3);
  const people = [...participants].sort((a, b) => a.joinedAt - b.joinedAt);
  const shown = people.slice(0, people.length > room ? room - 1 : room);
  const parts = [...head];
  if (shown.length > 0) parts.push('', table(columnsAt(now), shown, columns, screen.dim));
  if (shown.length < people.length) parts.push(screen.dim(`${people.length - shown.length} more`));
  if (waiting.length > 0 && !isLive) {
    parts.push('', `In the lobby: ${waiting.map(({ name }) => plainText(name)).join(', ')}`);
  }
  return parts.join('\n');
}

function stateOf(report: RoomReport, now: number): string {
  const { status, createdAt, connected, people, tracks, messages, waiting, banned } = report;
  const away = people - connected;
  const facts = [
    `${status} for ${duration(now - createdAt)}`,
    `${count(people, 'person', 'people')}${away > 0 ? ` (${away} away)` : ''}`,
    count(tracks, 'track'),
    count(messages, 'message'),
    ...(waiting.length > 0 ? [`${waiting.length} in the lobby`] : []),
    ...(banned > 0 ? [`${banned} banned`] : []),
    ...(report.locked ? ['locked'] : []),
    ...(report.lobby ? ['with a lobby'] : []),
    ...(report.passwordProtected ? ['with a password'] : []),
    ...(report.reencoding.mode === 'off' ? [] : [`reencoding ${report.reencoding.mode}`]),
    ...(report.hotStandby === 'auto' ? [] : [`hot standby ${report.hotStandby}`]),
    ...boundsOf(report),
  ];
  return facts.join(', ');
}

function boundsOf({ mediaBounds: { pageSize, lastN, loudestN, lastScreens } }: RoomReport): string[] {
  const told: [string, number | null][] = [
    ['tiles a page', pageSize],
    ['cameras', lastN],
    ['microphones', loudestN],
    ['screens', lastScreens],
  ];
  return told.flatMap(([what, most]) => (most === null ? [] : [`at most ${most} ${what}`]));
}

function columnsAt(now: number): Column<ParticipantReport>[] {
  return [
    { heading: 'person', cell: ({ name, id }) => name || id, least: 8 },
    { heading: 'role', cell: ({ role }) => role, spare: 2 },
    { heading: 'state', cell: (participant) => presenceOf(participant, now) },
    { heading: 'since', cell: ({ joinedAt }) => duration(now - joinedAt), right: true, spare: 3 },
    { heading: 'node', cell: ({ nodeId }) => nodeName(nodeId), least: 6 },
    { heading: 'tracks', cell: tracksOf, least: 12 },
    { heading: 'id', cell: ({ id }) => id, least: 8, spare: 4 },
  ];
}

function presenceOf({ connected, expiresAt }: ParticipantReport, now: number): string {
  if (connected) return 'here';
  return expiresAt === null ? 'away' : `away, ${duration(Math.max(0, expiresAt - now))} left`;
}

function tracksOf({ handRaisedAt, tracks }: ParticipantReport): string {
  const told = tracks.map(({ source, muted }) => `${source}${muted ? ' (muted)' : ''}`);
  return [...told, ...(handRaisedAt === null ? [] : ['hand up'])].join(', ');
}
