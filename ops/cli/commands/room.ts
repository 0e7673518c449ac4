import { Unavailable } from '../../../core/ports.ts';
import type { Cli } from '../Cli.ts';
import { drawRoom } from '../rooms/draw.ts';
import { unknownRoom } from '../rooms/history.ts';
import { RoomTail } from '../rooms/RoomTail.ts';
import { toReport } from '../rooms/report.ts';
import { Watching } from '../Watching.ts';

const LOOK_EVERY_MS = 500;
/** The screen of a terminal program: what stood there before comes back with `LEAVE`. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const REDRAW = '\u001b[H\u001b[J';

/** `everroom room ID` */
export async function room(cli: Cli): Promise<number> {
  const { screen, words } = cli;
  return cli.withCluster(async (cluster) => {
    const tail = await RoomTail.open(cluster.journal, words.word(0));
    if (!tail.exists) throw unknownRoom(tail.roomId);
    const clockError = Date.now() - (await cluster.now());
    const now = (): number => Date.now() - clockError;
    const report = () => toReport(tail.roomId, tail.state, tail.version);
    const print = (): void => cli.print(report(), () => drawRoom(report(), now(), screen));
    if (!screen.live || cli.json || words.flag('once')) {
      print();
      return 0;
    }
    const watching = new Watching();
    screen.write(ENTER);
    try {
      for (let note = ''; tail.exists && !watching.ended; ) {
        const foot = screen.dim(note || 'Ctrl-C ends it.');
        screen.write(`${REDRAW}${drawRoom(report(), now(), screen, screen.rows - 2)}\n\n${foot}`);
        await watching.pause(LOOK_EVERY_MS);
        note = await look(tail);
      }
    } finally {
      screen.write(LEAVE);
    }
    if (!tail.exists) screen.write('The room was closed and deleted.\n');
    else print();
    return 0;
  });
}

/** Returns what is wrong; '' for nothing. */
async function look(tail: RoomTail): Promise<string> {
  try {
    await tail.look();
    return '';
  } catch (error) {
    if (error instanceof Unavailable) return `${error.message} This is the last that was seen.`;
    throw error;
  }
}
