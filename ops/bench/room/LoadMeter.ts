import { setTimeout as sleep } from 'node:timers/promises';
import { CpuMeter, memoryOf, type ServerPids, sum } from '../../kit/deployment/CpuMeter.ts';

/** What a cluster uses at rest. CPU: shares of one core. */
export interface Load {
  readonly servers: number;
  readonly busiestServer: number;
  readonly workers: number;
  readonly busiestWorker: number;
  readonly redis: number;
  readonly clients: number;
  /** Resident memory of the largest process of each kind, in MB. */
  readonly megabytes: { readonly server: number; readonly worker: number; readonly redis: number };
}

const SETTLE_MS = 2_000;
const MEASURE_MS = 4_000;

export const LoadMeter = {
  /** Waits until what came last is over, and measures. */
  async measure(nodes: readonly ServerPids[], redisPid: number | null, clientsPid: number): Promise<Load> {
    await sleep(SETTLE_MS);
    const servers = nodes.flatMap(({ server }) => server);
    const workers = nodes.flatMap((node) => node.workers);
    const redis = redisPid === null ? [] : [redisPid];
    const meters = [servers, workers, redis, [clientsPid]].map((pids) => new CpuMeter(pids));
    await sleep(MEASURE_MS);
    const [ofServers = [], ofWorkers = [], ofRedis = [], ofClients = []] = meters.map((meter) => meter.read());
    const largest = (pids: readonly number[]): number => Math.max(0, ...pids.map((pid) => memoryOf([pid]))) / 1e6;
    return {
      servers: sum(ofServers),
      busiestServer: Math.max(0, ...ofServers),
      workers: sum(ofWorkers),
      busiestWorker: Math.max(0, ...ofWorkers),
      redis: sum(ofRedis),
      clients: sum(ofClients),
      megabytes: { server: largest(servers), worker: largest(workers), redis: largest(redis) },
    };
  },
};
