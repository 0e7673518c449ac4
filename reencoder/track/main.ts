// A track process works on one track at a time for the sidecar that forked it. A crash of an engine costs one track.
import { PULSE_MS } from '../../core/reencoding/messages.ts';
import type { Engine } from '../engines/Engine.ts';
import { loadEngine } from '../engines/findEngine.ts';
import { steadyClock } from '../rtp/steadyClock.ts';
import { leaveRoot } from './leaveRoot.ts';
import { type FromTrack, ToTrack, TrackProcessOptions } from './messages.ts';
import { TrackSession } from './TrackSession.ts';

const STATS_EVERY_MS = 1_000;

process.on('disconnect', () => process.exit(0));
// A signal may go to the sidecar's whole group. The sidecar hands over first, then ends this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('uncaughtException', (error) => fail(error.stack ?? error.message));
process.on('unhandledRejection', (reason) =>
  fail(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)),
);

const { engine: engineName, ffmpegPath } = TrackProcessOptions.parse(JSON.parse(process.argv[2] ?? ''));
const engine: Engine = await loadEngine(engineName, ffmpegPath === undefined ? {} : { ffmpegPath });
// The engine is loaded; from here on this process decodes what strangers send.
const stillRoot = leaveRoot();
let session: TrackSession | null = null;
/** Handles one message at a time, in order. */
let turn: Promise<void> = Promise.resolve();

process.on('message', (message) => {
  turn = turn.then(() => obey(ToTrack.parse(message)));
});
setInterval(report, PULSE_MS);
setInterval(reportStats, STATS_EVERY_MS);
tell({ type: 'ready', inputs: [...engine.inputs], outputs: [...engine.outputs] });
if (stillRoot !== null) tell({ type: 'noticed', what: `the process keeps the rights of root: ${stillRoot}` });

async function obey(message: ToTrack): Promise<void> {
  switch (message.type) {
    case 'open':
      await session?.close();
      session = await TrackSession.open(message, steadyClock, {
        noticed: (what) => tell({ type: 'noticed', what }),
        failed: (error) => fail(error.message),
      });
      tell({ type: 'opened', ...session.ends });
      break;
    case 'attach':
      await session?.attach(message.assignment, engine);
      report();
      break;
    case 'adapt':
      session?.adapt(message.targets, message.inputPaused);
      break;
  }
}

function report(): void {
  session?.followSourceClock();
  const counters = session?.counters();
  if (counters) tell({ type: 'counters', ...counters });
}

function reportStats(): void {
  const stats = session?.stats();
  if (stats) tell({ type: 'stats', stats });
}

function tell(message: FromTrack): void {
  // If the sidecar is gone, 'disconnect' ends this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function fail(reason: string): void {
  if (!process.connected || !process.send) process.exit(1);
  process.send({ type: 'failed', reason } satisfies FromTrack, undefined, undefined, () => process.exit(1));
  setTimeout(() => process.exit(1), 500);
}
