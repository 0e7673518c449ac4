import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../../kit/cleanup.ts';

/** Starts the plain server; returns its address. */
export async function startPlainServer(cleanup: Cleanup): Promise<string> {
  const child: ChildProcess = fork(fileURLToPath(new URL('./plainServer.ts', import.meta.url)));
  cleanup.add(() => {
    child.kill('SIGKILL');
  });
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the plain server ended (${code})`))),
  ]);
  return `http://127.0.0.1:${port}`;
}
