import { Unavailable } from '../../../core/ports.ts';
import type { Commit } from '../../../core/room/commit.ts';
import { visibleTo } from '../../../core/room/privacy.ts';
import type { RecoveryReader } from '../../../recovery/openReader.ts';
import { cut, plainText, widthOf } from '../../kit/plainText.ts';
import type { Cli } from '../Cli.ts';
import { CliFailure, UsageFailure } from '../CliFailure.ts';
import { momentOf } from '../output/words.ts';
import { type CommitReport, describeEvent, type Names, namesIn, toCommitReport, whoDid } from '../rooms/describe.ts';
import { drawRoom } from '../rooms/draw.ts';
import { loadHistory, type RoomHistory, stateAt } from '../rooms/history.ts';
import { RoomTail } from '../rooms/RoomTail.ts';
import { toReport } from '../rooms/report.ts';
import { Watching } from '../Watching.ts';

const LOOK_EVERY_MS = 250;
const WHO_COLUMNS = 16;

/** `everroom journal ID` */
export async function journal(cli: Cli): Promise<number> {
  const { words } = cli;
  const limit = words.number('limit', { min: 0, max: 1_000_000 }, 20);
  const at = words.number('at', { min: 1, max: Number.MAX_SAFE_INTEGER }, null);
  const follow = words.flag('follow');
  if (follow && at !== null) throw new UsageFailure('--follow and --at do not go together.');
  return cli.withCluster(async (cluster) => {
    const history = await loadHistory(cluster.journal, words.word(0));
    if (at !== null) return showVersion(cli, history, at);
    const newest = limit === 0 ? history.commits : history.commits.slice(-limit);
    if (follow) return followRoom(cli, cluster, history, newest);
    const names = namesIn(history.head.state, history.commits);
    const reports = newest.map((commit) => toCommitReport(commit, names, words.flag('chat')));
    const { roomId, head } = history;
    cli.print({ roomId, version: head.position.version, commits: reports }, () =>
      [heading(cli), ...reports.map((report) => drawCommit(report, names, cli))].join('\n'),
    );
    return 0;
  });
}

function showVersion(cli: Cli, history: RoomHistory, version: number): number {
  const state = stateAt(history, version);
  const chat = cli.words.flag('chat');
  const names = namesIn(
    state,
    history.commits.filter((commit) => commit.version <= version),
  );
  const commit = history.commits.find((each) => each.version === version);
  const changed = commit ? toCommitReport(commit, names, chat) : null;
  const room = toReport(history.roomId, state, version);
  const open = visibleTo(state.chat, null);
  const messages = chat ? { chat: open } : {};
  const then = changed?.at ?? state.createdAt;
  cli.print({ room, changed, ...messages }, () =>
    [
      ...(changed ? [heading(cli), drawCommit(changed, names, cli), ''] : []),
      drawRoom(room, then, cli.screen),
      ...(chat ? ['', ...open.map((message) => `${plainText(message.name)}: ${plainText(message.text)}`)] : []),
    ].join('\n'),
  );
  return 0;
}

/** Prints commits as they come, with --json one a line, until Ctrl-C or the end of the room. */
async function followRoom(
  cli: Cli,
  cluster: RecoveryReader,
  history: RoomHistory,
  newest: readonly Commit[],
): Promise<number> {
  const { roomId, head } = history;
  const tail = new RoomTail(cluster.journal, roomId, head.state, head.position);
  let known: readonly Commit[] = history.commits;
  const show = (commits: readonly Commit[]): void => {
    if (commits.length === 0) return;
    known = [...known, ...commits].slice(-1_000);
    const names = namesIn(tail.state, known);
    for (const commit of commits) {
      const report = toCommitReport(commit, names, cli.words.flag('chat'));
      cli.screen.write(`${cli.json ? JSON.stringify(report) : drawCommit(report, names, cli)}\n`);
    }
  };
  const watching = new Watching();
  if (!cli.json) cli.screen.write(`${heading(cli)}\n`);
  show(newest);
  for (let silent = false; !watching.ended; ) {
    await watching.pause(LOOK_EVERY_MS);
    if (watching.ended) break;
    try {
      const change = await tail.look();
      if (silent) note('Redis answers again.');
      silent = false;
      if (change.type === 'commits') show(change.commits);
      else {
        if (!tail.exists) throw new CliFailure(`Room ${roomId} was closed and deleted.`);
        note(restarted(change.from.version, tail.version));
        const again = await loadHistory(cluster.journal, roomId);
        show(
          again.commits.filter(
            ({ version }) => version > Math.min(change.from.version, tail.version) && version <= tail.version,
          ),
        );
      }
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (!silent) note(`${error.message} This waits until it does.`);
      silent = true;
    }
  }
  return 0;
}

function restarted(from: number, to: number): string {
  return to > from
    ? `The journal was trimmed beyond version ${from}: it goes on from what it still has.`
    : `Redis came back without commits that were shown: the room is at version ${to} now, after ${from}.`;
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

function heading({ screen }: Cli): string {
  return screen.dim(`${'version'.padStart(7)}  ${'time (UTC)'.padEnd(14)}  ${'who'.padEnd(WHO_COLUMNS)}  what`);
}

function drawCommit(report: CommitReport, names: Names, { screen }: Cli): string {
  const who = cut(plainText(whoDid(report)), WHO_COLUMNS);
  const left = [
    String(report.version).padStart(7),
    momentOf(report.at),
    who + ' '.repeat(WHO_COLUMNS - widthOf(who)),
  ].join('  ');
  const space = ' '.repeat(widthOf(left));
  const room = screen.columns - widthOf(left) - 2;
  const told = report.events.map((event) => plainText(describeEvent(event, report, names)));
  return told.map((text, index) => `${index === 0 ? left : space}  ${screen.live ? cut(text, room) : text}`).join('\n');
}
