import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { runsServerOrReencoder } from '../programs.ts';

const Pid = z.number().nullable().default(null);
const stateSchema = z.object({ serverPid: Pid, standbyPid: Pid, sidecarPid: Pid, sidecarStandbyPid: Pid });

/**
 * Kills the servers and the sidecars of a supervisor that was itself killed. They end on their own when they notice; a
 * hanging one would hold the ports, or a track, forever. Only the holder of the data folder's lock may call this.
 */
export async function endLeftOverServers(stateFile: string): Promise<void> {
  const state = readState(stateFile);
  for (const pid of [state?.serverPid, state?.standbyPid, state?.sidecarPid, state?.sidecarStandbyPid]) {
    for (let waits = 0; pid && isOurs(pid) && waits < 250; waits += 1) {
      kill(pid);
      await sleep(20);
    }
  }
}

function readState(path: string): z.infer<typeof stateSchema> | undefined {
  try {
    return stateSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined; // Without a whole file no earlier run is known.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself in between.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function isOurs(pid: number): boolean {
  try {
    return runsServerOrReencoder(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false; // No such process.
  }
}
