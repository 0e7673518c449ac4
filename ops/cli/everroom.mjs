#!/usr/bin/env node
// The command `everroom`. Works on any Node from 20 on: what it starts runs on the Node of its checkout.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setting } from '../setup/settingsFile.mjs';

const USAGE = `everroom drain [--timeout SECONDS]   send everybody to the other nodes of the cluster, and end this one
everroom upgrade [CHECKOUT]          hand the running meetings over to servers of that checkout (this one by default)

Both act on the Everroom of this machine whose data folder is EVERROOM_DATA (./data of this checkout by default).`;

const here = join(dirname(realpathSync(fileURLToPath(import.meta.url))), '../..');

/** @param {string[]} words */
function main([command, ...args]) {
  if (command === 'drain') return run(here, 'drain', args);
  if (command === 'upgrade' && args.length <= 1 && !args[0]?.startsWith('-')) {
    const checkout = args[0] === undefined ? here : resolve(args[0]);
    if (existsSync(join(checkout, 'ops/setup/run.mjs'))) return run(checkout, 'upgrade', []);
    process.stderr.write(`${checkout} is no checkout of Everroom that can take over.\n`);
    process.exitCode = 2;
    return;
  }
  const asked = command === '--help' || command === 'help';
  process[asked ? 'stdout' : 'stderr'].write(`${USAGE}\n`);
  process.exitCode = asked ? 0 : 2;
}

/**
 * @param {string} checkout
 * @param {string} task
 * @param {string[]} args
 */
function run(checkout, task, args) {
  // Data are those of this checkout, whichever one takes over.
  const data = resolve(here, setting('EVERROOM_DATA') || 'data');
  const env = { ...process.env, ...(checkout !== here && { EVERROOM_DATA: data }) };
  const child = spawn(process.execPath, [join(checkout, 'ops/setup/run.mjs'), task, ...args], {
    stdio: 'inherit',
    env,
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1);
  });
}

main(process.argv.slice(2));
