/**
 * Sends a signal to the process.
 * @throws Error when there is no pid, since 0 would signal the whole group of the test process
 */
export function signalProcess(pid: number | null | undefined, signal: NodeJS.Signals | 0): void {
  if (!pid) throw new Error(`there is no process to send ${signal} to`);
  process.kill(pid, signal);
}
