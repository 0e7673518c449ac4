import { privateSocket } from '../run/privateSocket.ts';
import { askSupervisor, ControlFailure, type ControlRequest } from '../run/supervision/control.ts';
import type { Cli } from './Cli.ts';
import { CliFailure } from './CliFailure.ts';
import { socketObstacle } from './socketObstacle.ts';

/**
 * Asks the supervisor that runs with the data folder, and prints what it says, with --json a line of JSON for each
 * sentence. Returns its last one, null if it ended without.
 * @throws CliFailure when none runs there, or it says why not
 */
export async function ask(cli: Cli, request: ControlRequest): Promise<string | null> {
  const { dataFolder } = cli.config.node;
  const path = privateSocket(dataFolder, 'control');
  const obstacle = socketObstacle(path, `No Everroom runs with ${dataFolder}: --data names another folder.`);
  if (obstacle !== null) throw new CliFailure(obstacle);
  try {
    return await askSupervisor(path, request, (line) => tell(cli, line));
  } catch (error) {
    throw error instanceof ControlFailure ? new CliFailure(error.message, { cause: error }) : error;
  }
}

export function tell(cli: Cli, said: string): void {
  cli.screen.write(`${cli.json ? JSON.stringify({ said }) : said}\n`);
}
