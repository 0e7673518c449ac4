import { JournalCorrupt, type RoomSummary } from '../../../core/ports.ts';
import type { RecoveryReader } from '../../../recovery/openReader.ts';
import { restore } from '../../../recovery/replay.ts';
import { type Column, table } from '../../kit/table.ts';
import type { Cli } from '../Cli.ts';
import { count, duration, nodeName } from '../output/words.ts';
import { type RoomReport, toReport } from '../rooms/report.ts';

/** One room of the list. `report` is null if it was not rebuilt, or cannot be: `problem` says why. */
interface ListedRoom extends RoomSummary {
  readonly report: RoomReport | null;
  readonly problem: string | null;
}

const MOST = 1_000;
/** Rooms that are rebuilt at the same time. */
const AT_ONCE = 8;

/** `everroom rooms` */
export async function rooms(cli: Cli): Promise<number> {
  const limit = cli.words.number('limit', { min: 1, max: MOST }, 20);
  const skip = cli.words.number('skip', { min: 0, max: 1_000_000 }, 0);
  const brief = cli.words.flag('brief');
  const { listed, all, now } = await cli.withCluster(async (cluster) => {
    const [found, total, time] = await Promise.all([cluster.rooms(skip + limit), cluster.countRooms(), cluster.now()]);
    const page = found.slice(skip);
    return { listed: brief ? page.map(unopened) : await rebuilt(cluster, page), all: total, now: time };
  });
  cli.print({ rooms: listed, all }, () => {
    if (all === 0) return 'No room is on record.';
    if (listed.length === 0) return `There are ${count(all, 'room')} on record: fewer than --skip leaves out.`;
    const { columns, dim } = cli.screen;
    const shown = table(brief ? briefColumns(now) : columnsAt(now), listed, columns, dim);
    const left = all - skip - listed.length;
    const next = `--skip ${skip + listed.length}`;
    return left > 0 ? `${shown}\n${dim(`${count(left, 'more room')}: ${next} shows the next ones`)}` : shown;
  });
  return 0;
}

function unopened(room: RoomSummary): ListedRoom {
  return { ...room, report: null, problem: null };
}

async function rebuilt(cluster: RecoveryReader, page: readonly RoomSummary[]): Promise<ListedRoom[]> {
  const listed: ListedRoom[] = [];
  for (let from = 0; from < page.length; from += AT_ONCE) {
    listed.push(...(await Promise.all(page.slice(from, from + AT_ONCE).map((room) => open(cluster, room)))));
  }
  return listed;
}

async function open({ journal }: RecoveryReader, room: RoomSummary): Promise<ListedRoom> {
  try {
    const { state, position } = await restore(journal, room.roomId);
    return { ...room, report: toReport(room.roomId, state, position.version), problem: null };
  } catch (error) {
    // One damaged journal does not hide the other rooms.
    if (error instanceof JournalCorrupt) return { ...room, report: null, problem: error.message };
    throw error;
  }
}

function columnsAt(now: number): Column<ListedRoom>[] {
  return [
    { heading: 'room', cell: ({ roomId }) => roomId, least: 10 },
    { heading: 'name', cell: ({ report, problem }) => report?.name ?? problem ?? '', least: 6, spare: 2 },
    { heading: 'state', cell: ({ report }) => report?.status ?? 'unreadable' },
    { heading: 'people', cell: ({ report }) => (report ? peopleOf(report) : '-'), right: true },
    { heading: 'tracks', cell: ({ report }) => report?.tracks ?? '-', right: true },
    { heading: 'nodes', cell: ({ report }) => report?.nodes.map(nodeName).join(' ') ?? '', least: 8, spare: 1 },
    { heading: 'version', cell: ({ report }) => report?.version ?? '-', right: true },
    { heading: 'active', cell: ({ lastActivityAt }) => `${duration(now - lastActivityAt)} ago`, right: true },
  ];
}

function briefColumns(now: number): Column<ListedRoom>[] {
  return [
    { heading: 'room', cell: ({ roomId }) => roomId, least: 10 },
    { heading: 'active', cell: ({ lastActivityAt }) => `${duration(now - lastActivityAt)} ago`, right: true },
  ];
}

/** `3`, or `2+1`: one is not connected now. */
function peopleOf({ connected, people }: RoomReport): string {
  return people === connected ? String(people) : `${connected}+${people - connected}`;
}
