import { once } from 'node:events';
import { userInfo } from 'node:os';
import { start } from 'node:repl';
import { inspect } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import type { Cli } from '../Cli.ts';
import { CliFailure } from '../CliFailure.ts';
import { SyncLink } from '../console/SyncLink.ts';
import { SCOPE_HELP, scopeOf, toJson } from '../console/scope.ts';

/** `everroom console` */
export async function openConsole(cli: Cli): Promise<number> {
  const { words, screen } = cli;
  const write = words.flag('write');
  const link = new SyncLink(cli.config.node.dataFolder);
  try {
    const { name, version } = link.ask({ type: 'node' });
    const scope = scopeOf({ link, write, by: userName(), folder: process.env.EVERROOM_CWD ?? process.cwd() });
    const code = words.text('eval');
    if (code !== undefined) {
      const value: unknown = await evaluated(code, scope);
      screen.write(`${cli.json ? toJson(value) : inspect(value, { colors: screen.live && !process.env.NO_COLOR })}\n`);
      return 0;
    }
    const mode = write ? 'changes go into the log and the journal' : 'read-only; --write allows changes';
    screen.write(`Everroom ${version} on ${name} (${mode}). .help lists the words, .exit ends.\n`);
    const prompt = start({ prompt: `${name}${write ? ' (write)' : ''}> `, preview: false, ignoreUndefined: true });
    addTo(prompt.context, scope);
    prompt.defineCommand('help', {
      help: 'List the words of this prompt',
      action() {
        screen.write(`${SCOPE_HELP}\n\n.editor writes several lines, .exit ends.\n`);
        this.displayPrompt();
      },
    });
    await once(prompt, 'exit');
    return 0;
  } finally {
    await link.close();
  }
}

/** @throws CliFailure when the code does not run, or a request fails */
async function evaluated(code: string, scope: object): Promise<unknown> {
  const context = {};
  addTo(context, scope);
  try {
    return await runInContext(code, createContext(context));
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    // An error of that context is none of ours.
    throw new CliFailure(`${(error as { message?: string } | null)?.message ?? error}`, { cause: error });
  }
}

/** Keeps getters: each use asks again. */
function addTo(context: object, scope: object): void {
  Object.defineProperties(context, Object.getOwnPropertyDescriptors(scope));
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.geteuid?.()); // An id without an account.
  }
}
