import { ROOT } from '../../run/machine.ts';
import { ask, tell } from '../ask.ts';
import type { Cli } from '../Cli.ts';
import { CliFailure } from '../CliFailure.ts';

/** `everroom upgrade`, run by the checkout that takes over. */
export async function upgrade(cli: Cli): Promise<number> {
  const done = await ask(cli, { type: 'upgrade', checkout: ROOT, node: process.execPath, ifOther: false });
  if (done === null) throw new CliFailure('Everroom ended before it could hand over.');
  tell(cli, done);
  return 0;
}
