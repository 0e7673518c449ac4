import { residentBytesOf } from '../../../core/procfs.ts';
import { supervisorState } from './Deployment.ts';
import type { PrivateCluster } from './PrivateCluster.ts';
import { childrenOf, cpuMicrosecondsOf } from './processes.ts';

/** The processes of a server, by what they do. */
export interface ServerPids {
  readonly name: string;
  readonly server: readonly number[];
  readonly workers: readonly number[];
}

export async function pidsOfNodes({ nodes }: PrivateCluster): Promise<ServerPids[]> {
  return Promise.all(
    nodes.map(async (node) => {
      const { serverPid } = await supervisorState(node);
      if (serverPid === null) throw new Error(`${node.name} has no server`);
      return {
        name: node.name ?? 'server',
        server: [serverPid],
        workers: childrenOf(serverPid, 'mediasoup-worker'),
      };
    }),
  );
}

/** Measures from its creation to `read`. */
export class CpuMeter {
  readonly #pids: readonly number[];
  readonly #before: ReadonlyMap<number, number>;
  readonly #startedAt = performance.now();

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.#before = new Map(pids.map((pid) => [pid, cpuMicrosecondsOf(pid)]));
  }

  /** Returns the shares of one core since then, in the order of the processes. */
  read(): number[] {
    const elapsedUs = 1_000 * (performance.now() - this.#startedAt);
    return this.#pids.map((pid) => (cpuMicrosecondsOf(pid) - (this.#before.get(pid) ?? 0)) / elapsedUs);
  }
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function memoryOf(pids: readonly number[]): number {
  return sum(pids.map(residentBytesOf));
}
