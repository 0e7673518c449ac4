import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Cleanup } from '../../kit/cleanup.ts';

const SCRIPT = fileURLToPath(new URL('./bareServer.ts', import.meta.url));
const Started = z.object({ url: z.string(), workerPid: z.number() });

export interface BareServer extends z.infer<typeof Started> {
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts mediasoup with the least around it. `cleanup` closes it too. */
export async function startBareServer(cleanup: Cleanup): Promise<BareServer> {
  const child = fork(SCRIPT, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.disconnect();
    await exited;
  };
  cleanup.add(close);
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the bare server ended (${code})`))),
  ]);
  return { ...Started.parse(message), pid: child.pid ?? 0, close };
}
