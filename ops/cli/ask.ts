import { loadConfig } from '../run/config.ts';
import { privateSocket } from '../run/privateSocket.ts';
import { askSupervisor, ControlFailure, type ControlRequest } from '../run/supervision/control.ts';

/**
 * Asks the Everroom that runs with the data folder of the settings, and prints what it says; `ended` if it ends
 * without an answer. Returns the exit code.
 */
export async function ask(request: ControlRequest, ended: string): Promise<number> {
  try {
    const path = privateSocket(loadConfig().node.dataFolder, 'control');
    const done = await askSupervisor(path, request, (line) => process.stdout.write(`${line}\n`));
    process.stdout.write(`${done ?? ended}\n`);
    return done === null && request.type === 'upgrade' ? 1 : 0;
  } catch (error) {
    const message = error instanceof ControlFailure ? error.message : error instanceof Error ? error.stack : error;
    process.stderr.write(`${message}\n`);
    return 1;
  }
}
