import { setTimeout as sleep } from 'node:timers/promises';
import { CpuMeter, memoryOf, type ServerPids, sum } from '../../kit/deployment/CpuMeter.ts';
import { cpuMicrosecondsOf } from '../../kit/deployment/processes.ts';

export interface Processes {
  readonly nodes: readonly ServerPids[];
  readonly redis: readonly number[];
  /** Those of the benchmark: the clients, and what looks after them. */
  readonly own: readonly number[];
}

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
  async measure({ nodes, redis, own }: Processes): Promise<Load> {
    await sleep(SETTLE_MS);
    const servers = nodes.flatMap(({ server }) => server);
    const workers = nodes.flatMap((node) => node.workers);
    const meters = [servers, workers, redis, own].map((pids) => new CpuMeter(pids));
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

/** Measures from now on; the returned function returns what part of the CPU time of all was the benchmark's own. */
export function ownShare({ nodes, redis, own }: Processes): () => number {
  const theirs = [...nodes.flatMap(({ server, workers }) => [...server, ...workers]), ...redis];
  const used = (pids: readonly number[]): number => sum(pids.map(cpuMicrosecondsOf));
  const before = { own: used(own), theirs: used(theirs) };
  return () => {
    const since = { own: used(own) - before.own, theirs: used(theirs) - before.theirs };
    return since.own / (since.own + since.theirs);
  };
}
