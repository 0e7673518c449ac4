import { readdir, readFile } from 'node:fs/promises';
import type { Clock, Logger } from '../../ports.ts';
import { messageOf } from '../mediaFailures.ts';

export interface OpenFiles {
  /** Sockets and files. */
  readonly open: number;
  /** The most that the system allows the process. */
  readonly limit: number;
}

const LOOK_EVERY_MS = 30_000;
const MANY = 0.8;

/** Returns null where the system does not say (it has no /proc), or when the process is gone. */
export async function openFilesOf(pid: number): Promise<OpenFiles | null> {
  try {
    const [files, limits] = await Promise.all([readdir(`/proc/${pid}/fd`), readFile(`/proc/${pid}/limits`, 'utf8')]);
    const limit = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return { open: files.length, limit: limit === undefined ? Number.POSITIVE_INFINITY : Number(limit) };
  } catch {
    return null;
  }
}

/**
 * Warns while a worker has nearly all the sockets that it may have: anybody can open TCP connections to a media port,
 * and mediasoup closes none that idle. The returned function ends it.
 */
export function watchOpenFiles(
  pids: () => readonly number[],
  clock: Clock,
  logger: Logger,
  look: (pid: number) => Promise<OpenFiles | null> = openFilesOf,
): () => void {
  let cancel = (): void => undefined;
  const check = async (): Promise<void> => {
    for (const pid of pids()) {
      const files = await look(pid);
      if (files && files.open > MANY * files.limit) {
        logger.warn(
          { workerPid: pid, ...files },
          'a media worker has nearly all the sockets that it may have: limit TCP connections to the media ports, or set ' +
            'ICE_TCP to false (docs/operating.md)',
        );
      }
    }
  };
  const schedule = (): void => {
    cancel = clock.setTimer(LOOK_EVERY_MS, () => {
      schedule();
      check().catch((error: unknown) => logger.debug({ error: messageOf(error) }, 'open files cannot be counted'));
    });
  };
  schedule();
  return () => cancel();
}
