import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openRpc, type Rpc } from '../../rpc.ts';
import { waitUntilNothingMissing } from '../../waitUntil.ts';
import type { LightStatus } from './LightClient.ts';
import type { Crowd } from './main.ts';

const SCRIPT = fileURLToPath(new URL('./main.ts', import.meta.url));

/** A process of light clients. */
export interface LightCrowd {
  readonly pid: number;
  readonly remote: Rpc<Crowd>['remote'];
  close(): Promise<void>;
}

export function startCrowd(): LightCrowd {
  const child = fork(SCRIPT, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const rpc = openRpc<Crowd>(child);
  child.once('exit', () => rpc.end('the light clients have ended'));
  return {
    pid: child.pid ?? 0,
    remote: rpc.remote,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Waits until the named ones have this many consumers that flow, each. @throws Error when one has failed */
export async function untilFlowing(
  crowd: LightCrowd,
  isDone: (status: LightStatus) => boolean,
  limitMs: number,
): Promise<void> {
  await waitUntilNothingMissing(
    'light clients do not receive',
    async () => {
      const statuses = await crowd.remote.statuses();
      const failed = statuses.find(({ failure }) => failure !== null);
      if (failed) throw new Error(failed.failure ?? '');
      const waiting = statuses.filter((status) => !isDone(status));
      const [first] = waiting;
      return first
        ? `${waiting.length} wait; ${first.name} has ${first.flowing} of ${first.consumers} consumers flowing`
        : null;
    },
    limitMs,
  );
}
