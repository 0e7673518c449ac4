import { ask, tell } from '../ask.ts';
import type { Cli } from '../Cli.ts';
import { UsageFailure } from '../CliFailure.ts';

/** `everroom drain` */
export async function drain(cli: Cli): Promise<number> {
  const timeout = cli.words.text('timeout');
  const seconds = Number(timeout);
  if (timeout !== undefined && !(seconds >= 1 && seconds <= 600)) {
    throw new UsageFailure(`--timeout takes 1 to 600 seconds, and not ${timeout}.`);
  }
  const limitMs = timeout === undefined ? {} : { limitMs: Math.round(1_000 * seconds) };
  // The connection ends with the process.
  tell(cli, (await ask(cli, { type: 'drain', ...limitMs })) ?? 'Everroom has ended.');
  return 0;
}
