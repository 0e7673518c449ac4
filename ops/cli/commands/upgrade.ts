import { upgradeRequest } from '../../run/supervision/upgradeRequest.ts';
import { ask, tell } from '../ask.ts';
import type { Cli } from '../Cli.ts';
import { CliFailure } from '../CliFailure.ts';

/** `everroom upgrade`, run by the checkout that takes over. */
export async function upgrade(cli: Cli): Promise<number> {
  const done = await ask(cli, upgradeRequest(false));
  if (done === null) throw new CliFailure('Everroom ended before it could hand over.');
  tell(cli, done);
  return 0;
}
