import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../../kit/cleanup.ts';
import { PrivateDeployment } from '../../kit/deployment/PrivateDeployment.ts';
import { RoomApi } from '../../kit/RoomApi.ts';
import { openRpc, type Rpc } from '../../kit/rpc.ts';
import { summarize } from '../../kit/statistics.ts';
import { waitUntilNothingMissing } from '../../kit/waitUntil.ts';
import type { BenchReport } from '../Report.ts';
import { offsetsOf } from './lipSync/Onsets.ts';
import type { Person } from './lipSync/personProcess.ts';

const RUNS = 3;
const MEASURE_MS = 15_000;
/** Pause after a switch, until the jitter buffers have settled. */
const SETTLE_MS = 5_000;
const SWITCH_LIMIT_MS = 60_000;
/** A flash and a beep that are further apart than this do not belong together. */
const MOST_MS = 400;
const LIMIT_MS = 40;
const PERSON = fileURLToPath(new URL('./lipSync/personProcess.ts', import.meta.url));

type Way = 'direct' | 'reencoded';

/** Measures how far apart a viewer gets picture and sound, with and without the reencoder. */
export async function benchLipSync(cleanup: Cleanup): Promise<BenchReport> {
  const deployment = await PrivateDeployment.start({
    workers: 1,
    settings: { REENCODER: 'auto', REENCODER_TRACKS: '1' },
  });
  cleanup.add(() => deployment.stop());
  const api = new RoomApi(deployment);
  const roomId = await api.createRoom('Bench');
  const [presenter, viewer] = [startPerson(cleanup), startPerson(cleanup)];
  await presenter.join(deployment.url, await api.joinToken(roomId, 'presenter', 'host'), 'Presenter', true);
  await viewer.join(deployment.url, await api.joinToken(roomId, 'viewer'), 'Viewer', false);

  const sourceId = await firstShown(viewer);
  const offsets: Record<Way, number[]> = { direct: [], reencoded: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const way of ['direct', 'reencoded'] as const) {
      await presenter.reencode(way === 'reencoded');
      await untilShown(way, sourceId, viewer);
      await sleep(SETTLE_MS);
      await viewer.take();
      await sleep(MEASURE_MS);
      const { flashes, beeps } = await viewer.take();
      offsets[way].push(...offsetsOf(flashes, beeps, MOST_MS));
    }
  }
  return toReport(offsets);
}

/** The shown producer. Before the room reencodes, it is the camera's own. */
async function firstShown(viewer: Rpc<Person>['remote']): Promise<string> {
  let shown: string | null = null;
  const missing = async (): Promise<string | null> => {
    shown = await viewer.shownProducer();
    return shown === null ? 'nothing is shown' : null;
  };
  await waitUntilNothingMissing('the meeting does not begin', missing, SWITCH_LIMIT_MS);
  return String(shown);
}

async function untilShown(way: Way, sourceId: string, viewer: Rpc<Person>['remote']): Promise<void> {
  const missing = async (): Promise<string | null> => {
    const shown = await viewer.shownProducer();
    return (shown === sourceId) === (way === 'direct') ? null : `the viewer does not see the ${way} picture`;
  };
  await waitUntilNothingMissing('the viewer does not switch', missing, SWITCH_LIMIT_MS);
}

function startPerson(cleanup: Cleanup): Rpc<Person>['remote'] {
  const child: ChildProcess = fork(PERSON, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const rpc = openRpc<Person>(child);
  child.once('exit', () => rpc.end('a person has ended'));
  cleanup.add(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  return rpc.remote;
}

function toReport(offsets: Readonly<Record<Way, readonly number[]>>): BenchReport {
  const ways = (['direct', 'reencoded'] as const).map((way) => ({
    way,
    p5: summarize(offsets[way].map((offset) => -offset)).p95 * -1,
    ...summarize(offsets[way]),
  }));
  const [direct, reencoded] = ways;
  return {
    bench: 'reencoder lip sync',
    runs: RUNS,
    how:
      'A presenter (libwebrtc) flashes and beeps at the same moment, once a second; a viewer in the same room of a ' +
      'real server notes when each picture and each 10 ms of sound come out of its decoders. ' +
      `${MEASURE_MS / 1_000} s directly and ${MEASURE_MS / 1_000} s through the reencoder in turn, ${RUNS} times. ` +
      'The figures are how much later than the beep the flash came, in ms; both include the offset of the capture.',
    headings: ['way', 'p5', 'p50', 'p95', 'flashes'],
    rows: ways.map(({ way, p5, p50, p95, n }) => [way, p5, p50, p95, n]),
    targets: [
      {
        name: 'shift against the direct way',
        measured: Math.abs((reencoded?.p50 ?? Number.NaN) - (direct?.p50 ?? Number.NaN)),
        limit: LIMIT_MS,
        better: 'lower',
        unit: 'ms',
      },
    ],
  };
}
