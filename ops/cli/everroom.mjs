#!/usr/bin/env node
// The command `everroom`. Works on any Node from 20 on: what it starts runs on the Node of its checkout.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { become, passSignalsOn } from '../setup/processes.mjs';
import { setting } from '../setup/settingsFile.mjs';
import { commandOf, help, helpOf, withAbsolutePaths } from './commands.mjs';
import { completionFor } from './completion.mjs';

const here = join(dirname(realpathSync(fileURLToPath(import.meta.url))), '../..');
/** npm changes to the folder of the checkout, and tells where it was called. */
const cwd = (process.env.npm_lifecycle_event === 'everroom' && process.env.INIT_CWD) || process.cwd();

/** @param {string[]} words */
function main([name, ...words]) {
  const asksForHelp = name === undefined || name === 'help' || name === '--help' || name === '-h';
  const command = commandOf(asksForHelp ? words[0] : name);
  if (asksForHelp || !command) {
    if (asksForHelp && command) return print(helpOf(command));
    if (name === undefined || !asksForHelp)
      return refuse(name === undefined ? help() : `There is no command ${name}.\n\n${help()}`);
    return print(help());
  }
  const args = withAbsolutePaths(command, words, (path) => resolve(cwd, path));
  if (args.includes('--help') || args.includes('-h')) return print(helpOf(command));
  switch (command.name) {
    case 'completion': {
      const script = words.length === 1 ? completionFor(words[0]) : null;
      return script === null ? refuse(helpOf(command)) : print(script.trimEnd());
    }
    case 'upgrade':
      return upgrade(args);
    case 'drill':
      return run(here, command.name, args);
    default:
      return run(here, 'look', [command.name, ...args]);
  }
}

/** @param {string[]} args */
function upgrade(args) {
  const [folder, ...more] = args.filter((arg) => arg !== '--json');
  if (more.length > 0 || folder?.startsWith('-')) return refuse('usage: everroom upgrade [CHECKOUT] [--json]');
  const checkout = folder === undefined ? here : resolve(cwd, folder);
  if (!existsSync(join(checkout, 'ops/setup/run.mjs'))) {
    return refuse(`${checkout} is no checkout of Everroom that can take over.`);
  }
  return run(checkout, 'upgrade', args.includes('--json') ? ['--json'] : []);
}

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`);
}

/** @param {string} text */
function refuse(text) {
  process.stderr.write(`${text}\n`);
  process.exitCode = 2;
}

/**
 * @param {string} checkout
 * @param {string} task
 * @param {string[]} args
 */
async function run(checkout, task, args) {
  // Data are those of this checkout, whichever one takes over.
  const data = resolve(here, setting('EVERROOM_DATA') || 'data');
  const env = { ...process.env, EVERROOM_CWD: cwd, ...(checkout !== here && { EVERROOM_DATA: data }) };
  process.exitCode = await become(process.execPath, [join(checkout, 'ops/setup/run.mjs'), task, ...args], { cwd, env });
}

passSignalsOn();
main(process.argv.slice(2));
