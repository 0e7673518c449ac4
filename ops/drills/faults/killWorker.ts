import { setTimeout as sleep } from 'node:timers/promises';
import { type Deployment, supervisorState } from '../../kit/deployment/Deployment.ts';
import { childrenOf, cpuMicrosecondsOf } from '../../kit/deployment/processes.ts';
import type { Fault } from './Fault.ts';

/** How long the CPU time of workers is watched to find the one that carries the media. */
const WATCH_MS = 400;

/** SIGKILL to the busiest media worker: the one that carries the drill's room. */
export const killWorker: Fault = {
  name: 'worker',
  breaksMedia: true,

  async available(deployment) {
    return (await workers(deployment)).length > 0 ? null : 'the server has no worker';
  },

  async inject(deployment) {
    const before = await workers(deployment);
    const cpuBefore = new Map(before.map((pid) => [pid, cpuMicrosecondsOf(pid)]));
    await sleep(WATCH_MS);
    const used = (pid: number): number => cpuMicrosecondsOf(pid) - (cpuBefore.get(pid) ?? 0);
    const [busiest] = before.toSorted((a, b) => used(b) - used(a));
    if (busiest === undefined) throw new Error('there is no worker to kill');
    const at = Date.now();
    process.kill(busiest, 'SIGKILL');
    return {
      at,
      what: `worker ${busiest} killed`,
      heal: () => Promise.resolve(),
      replaced: async () => {
        const now = (await workers(deployment)).filter((pid) => pid !== busiest);
        return now.length >= before.length ? null : `${now.length} of ${before.length} workers run`;
      },
    };
  },
};

async function workers(deployment: Deployment): Promise<number[]> {
  const { serverPid } = await supervisorState(deployment);
  return serverPid === null ? [] : childrenOf(serverPid, 'mediasoup-worker');
}
