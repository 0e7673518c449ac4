import { parseArgs } from 'node:util';
import { ask } from './ask.ts';

/** `everroom drain [--timeout SECONDS]` */
process.exitCode = await main();

async function main(): Promise<number> {
  const limitMs = timeoutMs();
  if (limitMs === null) {
    process.stderr.write('usage: everroom drain [--timeout SECONDS], with 1 to 600 seconds\n');
    return 2;
  }
  return ask({ type: 'drain', ...(limitMs !== undefined && { limitMs }) }, 'Everroom has ended.');
}

/** Undefined if it is not given, null if it is wrong. */
function timeoutMs(): number | undefined | null {
  try {
    const { timeout } = parseArgs({ options: { timeout: { type: 'string' } } }).values;
    if (timeout === undefined) return undefined;
    const seconds = Number(timeout);
    return seconds >= 1 && seconds <= 600 ? Math.round(1_000 * seconds) : null;
  } catch {
    return null; // An unknown option.
  }
}
