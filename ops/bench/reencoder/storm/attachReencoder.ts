import { setTimeout as sleep } from 'node:timers/promises';
import { type EngineName, PULSE_MS, type ReencodingJob } from '../../../../core/reencoding/messages.ts';
import type { ReencodingPort, SidecarChannel } from '../../../../core/reencoding/ports.ts';
import { steadyClock } from '../../../../reencoder/rtp/steadyClock.ts';
import { TrackProcess } from '../../../../reencoder/sidecar/TrackProcess.ts';
import { quietLogger } from '../../../kit/quietLogger.ts';
import { waitUntilNothingMissing } from '../../../kit/waitUntil.ts';

export interface AttachedReencoder {
  readonly pid: number;
  /** The number of PLI and FIR that ended there, at most a second old. */
  requestsAbsorbed(): number;
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/** All layers, lowest first: the node does not see the viewers, which are outside the plan. */
const TARGETS = [150_000, 500_000, 1_500_000].map((bitrateBps) => ({ active: true, bitrateBps }));
const FLOWING_FRAMES = 60;
const FLOWING_LIMIT_MS = 60_000;
/** Time for bitrates to settle. */
const SETTLE_MS = 2_000;

/** Starts a track process on `job` and attaches it to the node as a sidecar does. Resolves when its layers flow. */
export async function attachReencoder(
  engine: EngineName,
  { jobId }: ReencodingJob,
  desk: ReencodingPort,
): Promise<AttachedReencoder> {
  const link: SidecarChannel = { sidecarId: 'bench', name: 'bench', adapt: () => undefined, release: () => undefined };
  const track = new TrackProcess({ engine }, steadyClock, quietLogger);
  let absorbed = 0;
  track.onStats = (stats) => {
    absorbed = stats.keyframeRequestsAbsorbed;
  };
  const pulses = setInterval(() => {
    if (!track.counters) return;
    const { framesIn, framesOut, highestLayer } = track.counters;
    desk.pulse(link, { tracks: [{ jobId, framesIn, framesOut: [...framesOut], highestLayer }] });
  }, PULSE_MS);
  const stop = async (): Promise<void> => {
    clearInterval(pulses);
    track.kill();
    await track.ended;
  };
  try {
    const { tapPort, republishPort } = await track.open(LOOPBACK, false);
    const answer = await desk.attach(link, {
      ...{ jobId, attempt: 1, address: LOOPBACK, tapPort, republishPort, srtp: null, engine },
      ...{ inputs: ['VP8'], outputs: ['VP8'] },
    });
    if (answer.type !== 'attached') throw new Error(`the node does not want the reencoder: ${answer.reason}`);
    track.attach({ ...answer, targets: TARGETS });
    const missing = async (): Promise<string | null> => {
      const flowing = (track.counters?.framesOut ?? []).filter((frames) => frames >= FLOWING_FRAMES).length;
      return flowing === TARGETS.length ? null : `${flowing} of ${TARGETS.length} layers flow`;
    };
    await waitUntilNothingMissing('the reencoder does not start', missing, FLOWING_LIMIT_MS);
    await sleep(SETTLE_MS);
    return { pid: track.pid ?? 0, requestsAbsorbed: () => absorbed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
