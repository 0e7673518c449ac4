/** Sends a signal to the process. Without a pid it throws: 0 would mean the whole group of the tests' own process. */
export function signalProcess(pid: number | null | undefined, signal: NodeJS.Signals | 0): void {
  if (!pid) throw new Error(`there is no process to send ${signal} to`);
  process.kill(pid, signal);
}
