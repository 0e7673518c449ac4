import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findFirstNode, isInUse } from './cluster/firstNode.ts';
import { arePortsFree } from './cluster/freePorts.ts';
import { type JoinedNode, planNodes } from './cluster/planNodes.ts';
import { pathOf } from './config.ts';
import { thisMachine } from './machine.ts';
import { ConfigError, parseSettings, settingsFile } from './settings/settings.ts';

// `npm start -- --join FOLDER [--nodes N]`: more nodes for the Everroom that runs on this machine with that data
// folder.

const MOST_NODES = 16;
const SUPERVISOR = fileURLToPath(new URL('supervisor.ts', import.meta.url));

try {
  process.exitCode = await main();
} catch (error) {
  const isPlain = error instanceof ConfigError || (error instanceof Error && 'code' in error);
  process.stderr.write(`\n${isPlain ? error.message : error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
}

/** Returns the exit code, once all nodes have ended. */
async function main(): Promise<number> {
  const { join: folder, nodes: count } = optionsIn(process.argv.slice(2));
  const machine = thisMachine();
  const { set, problems } = parseSettings(process.env, settingsFile(process.env.EVERROOM_CONFIG));
  if (problems.length > 0) throw new ConfigError(problems);
  const first = findFirstNode(pathOf(folder, machine));
  const nodes = await planNodes({ first, count, set, machine, areFree: arePortsFree, isInUse });
  for (const { dataFolder } of nodes) shareSecrets(first.dataFolder, dataFolder);
  const names = nodes.map(({ name, port }) => `${name} on port ${port}`).join(', ');
  process.stdout.write(`\n  ${nodes.length === 1 ? 'One node joins' : `${nodes.length} nodes join`}: ${names}\n`);
  const running = nodes.map(start);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Ctrl-C in a terminal reaches them without us, and a second signal would end them without goodbyes.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      for (const child of running) child.kill(signal);
    });
  }
  const codes = await Promise.all(running.map(codeOf));
  return Math.max(...codes);
}

function optionsIn(args: readonly string[]): { join: string; nodes: number } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { join: { type: 'string' }, nodes: { type: 'string', default: '1' } },
    });
    const nodes = Number(values.nodes);
    if (!values.join) throw new Error('--join needs the data folder of an Everroom that runs here');
    if (!Number.isInteger(nodes) || nodes < 1 || nodes > MOST_NODES) {
      throw new Error(`--nodes takes a number from 1 to ${MOST_NODES}`);
    }
    return { join: values.join, nodes };
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

/** Nodes of one cluster sign with the same secrets. The folder gets the owner of the first one's. */
function shareSecrets(from: string, to: string): void {
  const { uid, gid } = statSync(from);
  const own = (path: string): void => {
    if (process.getuid?.() === 0) chownSync(path, uid, gid);
  };
  for (const folder of [join(from, 'nodes'), to]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    own(folder);
  }
  copyFileSync(join(from, 'secrets.json'), join(to, 'secrets.json'));
  own(join(to, 'secrets.json'));
}

/** The node ends when this process is gone, however that ended. */
function start({ env }: JoinedNode): ChildProcess {
  const stdio: StdioOptions = ['inherit', 'inherit', 'inherit', 'ipc'];
  return spawn(process.execPath, [SUPERVISOR], { env: { ...process.env, ...env }, stdio });
}

async function codeOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
