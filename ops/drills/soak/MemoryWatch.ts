import { residentBytesOf } from '../../../core/procfs.ts';
import { type Deployment, supervisorState } from '../../kit/deployment/Deployment.ts';
import { childrenOf, descendantsOf } from '../../kit/deployment/processes.ts';
import { formatTable } from '../../kit/table.ts';
import { type Growth, growthOf, type Sample } from './growth.ts';

/** What became of one process. `growth` is null for one that was watched too shortly to tell. */
export interface ProcessMemory {
  readonly role: string;
  readonly pid: number;
  readonly growth: Growth | null;
}

interface Watched {
  readonly role: string;
  readonly samples: Sample[];
}

const SAMPLE_EVERY_MS = 5_000;
const MIB = 1024 * 1024;

/** Samples the memory of every process of a server until `stop`: a process that is replaced counts as two. */
export class MemoryWatch {
  readonly #deployment: Deployment;
  readonly #watched = new Map<number, Watched>();
  readonly #timer: ReturnType<typeof setInterval>;
  #sampling: Promise<void> = Promise.resolve();

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.#timer = setInterval(() => {
      // While the supervisor replaces its file there is none.
      this.#sampling = this.#sample().catch(() => undefined);
    }, SAMPLE_EVERY_MS);
  }

  async stop(): Promise<ProcessMemory[]> {
    clearInterval(this.#timer);
    await this.#sampling;
    return [...this.#watched].map(([pid, { role, samples }]) => ({ role, pid, growth: growthOf(samples) }));
  }

  async #sample(): Promise<void> {
    const { pid, redisPid, serverPid, sidecarPid, standbyPid } = await supervisorState(this.#deployment);
    const at = Date.now();
    const note = (role: string, ...pids: readonly (number | null)[]): void => {
      for (const each of pids) {
        const bytes = each === null ? 0 : residentBytesOf(each);
        if (each === null || bytes === 0) continue;
        const known = this.#watched.get(each);
        // A standby becomes the server when that dies.
        if (known?.role === role) known.samples.push({ at, bytes });
        else this.#watched.set(each, { role, samples: [{ at, bytes }] });
      }
    };
    note('supervisor', pid);
    note('server', serverPid);
    note('standby', standbyPid);
    note('worker', ...(serverPid === null ? [] : childrenOf(serverPid, 'mediasoup-worker')));
    note('reencoder', sidecarPid);
    note('track of the reencoder', ...(sidecarPid === null ? [] : descendantsOf(sidecarPid)));
    note('Redis', redisPid);
  }
}

/** Every process that was watched long enough, and a sentence about all of them. */
export function formatMemory(memory: readonly ProcessMemory[]): string {
  const judged = memory.flatMap(({ role, pid, growth }) => (growth ? [{ role, pid, growth }] : []));
  const rows = judged.map(({ role, pid, growth }) => [
    ...[`${role} ${pid}`, growth.minutes, growth.fromBytes / MIB, growth.toBytes / MIB, growth.bytesPerHour / MIB],
    ...[growth.low / MIB, growth.high / MIB, growth.limitBytes / MIB, growth.verdict],
  ]);
  const head = ['memory, MiB', 'minutes', 'from', 'to', 'an hour', 'at least', 'at most', 'may grow by', ''];
  const roles = [...new Set(memory.map(({ role }) => role))].map((role) => `${role} ${verdictOn(role, memory)}`);
  return [formatTable(head, rows), '', `memory: ${verdictOf(memory)} (${roles.join(', ')})`].join('\n');
}

/** Without a word on these, nothing is known. */
const JUDGED: readonly string[] = ['server', 'worker', 'Redis'];

/**
 * The verdict on the server as a whole. Some roles have no process that lives long enough to be judged, such as the
 * reencoder of a track that a fault hits every few minutes: only a role in `JUDGED` then leaves the verdict open.
 */
export function verdictOf(memory: readonly ProcessMemory[]): Growth['verdict'] {
  const verdicts = memory.flatMap(({ growth }) => growth?.verdict ?? []);
  if (verdicts.includes('grows')) return 'grows';
  const known = JUDGED.every((role) => memory.some((process) => process.role === role && process.growth));
  return known && !verdicts.includes('unclear') ? 'flat' : 'unclear';
}

function verdictOn(role: string, memory: readonly ProcessMemory[]): string {
  const verdicts = memory.flatMap((process) => (process.role === role && process.growth ? process.growth.verdict : []));
  return (['grows', 'unclear', 'flat'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'not judged';
}
