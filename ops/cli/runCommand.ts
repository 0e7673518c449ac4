import { JournalCorrupt, Unavailable } from '../../core/ports.ts';
import { UnsafeSocketFolder } from '../run/privateSocket.ts';
import { ConfigError } from '../run/settings/settings.ts';
import { Cli } from './Cli.ts';
import { CliFailure, UsageFailure } from './CliFailure.ts';
import { capacity } from './commands/capacity.ts';
import { openConsole } from './commands/console.ts';
import { drain } from './commands/drain.ts';
import { journal } from './commands/journal.ts';
import { nodes } from './commands/nodes.ts';
import { room } from './commands/room.ts';
import { rooms } from './commands/rooms.ts';
import { stats } from './commands/stats.ts';
import { status } from './commands/status.ts';
import { upgrade } from './commands/upgrade.ts';
import { commandOf, helpOf } from './commands.mjs';
import type { Screen } from './output/Screen.ts';
import { Words } from './words.ts';

/** Each returns the exit code. */
const COMMANDS: Readonly<Record<string, (cli: Cli) => Promise<number>>> = {
  capacity,
  console: openConsole,
  drain,
  journal,
  nodes,
  room,
  rooms,
  stats,
  status,
  upgrade,
};

/** Runs a command. Returns 0, 1 if it could not do what it should, 2 if it was typed wrongly; `complain` says why. */
export async function runCommand(
  [name = '', ...typed]: readonly string[],
  screen: Screen,
  complain: (text: string) => void,
): Promise<number> {
  const command = commandOf(name);
  const run = COMMANDS[name];
  if (!command || !run) {
    complain(`There is no command ${name} here.\n`);
    return 2;
  }
  try {
    return await run(new Cli(new Words(command, typed), screen));
  } catch (error) {
    if (error instanceof UsageFailure) {
      complain(`${error.message}\n\n${helpOf(command)}\n`);
      return 2;
    }
    complain(`${explain(error)}\n`);
    return 1;
  }
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message.replace('cannot start with', 'does not take');
  const isPlain = [CliFailure, JournalCorrupt, Unavailable, UnsafeSocketFolder].some((kind) => error instanceof kind);
  // A `TypeError` about REDIS_URL has gone through the check of the settings before.
  return isPlain && error instanceof Error ? error.message : String(error instanceof Error ? error.stack : error);
}
