import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from '../isAlive.ts';
import { keptSecretsIn } from '../keptSecrets.ts';
import { ConfigError } from '../settings/settings.ts';

const pid = z.number().nullable().default(null);
const stateSchema = z.object({
  pid: z.number(),
  url: z.string().nullable(),
  serverPid: pid,
  standbyPid: pid,
  sidecarPid: pid,
  redisPid: pid,
});

/** An Everroom that runs on this machine, as its data folder shows it. */
export interface FirstNode {
  readonly dataFolder: string;
  /** TCP port of its page. */
  readonly port: number;
  /** Its embedded Redis; null if it uses another one. */
  readonly redisSocket: string | null;
}

/** @throws ConfigError when no Everroom with secrets of its own runs there */
export function findFirstNode(dataFolder: string): FirstNode {
  if (!keptSecretsIn(dataFolder)) {
    throw new ConfigError([
      `${dataFolder} is no data folder of an Everroom: it holds no secrets.json. Name the folder of the one that runs ` +
        '(EVERROOM_DATA, `data` in its checkout by default)',
    ]);
  }
  const state = runningState(dataFolder);
  if (!state) {
    throw new ConfigError([`no Everroom runs with ${dataFolder}: start it there first, with \`npm start\``]);
  }
  if (state.url === null) {
    throw new ConfigError([`the Everroom of ${dataFolder} is not ready yet: wait until it prints its address`]);
  }
  const { port, protocol } = new URL(state.url);
  return {
    dataFolder,
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    redisSocket: redisSocketIn(dataFolder),
  };
}

/** Returns whether an Everroom runs with this data folder. */
export function isInUse(dataFolder: string): boolean {
  return runningState(dataFolder) !== null;
}

/** Returns the processes that a supervisor runs with this data folder; null if none runs. */
export function runningState(dataFolder: string): z.infer<typeof stateSchema> | null {
  try {
    const text = readFileSync(join(dataFolder, 'run', 'supervisor.json'), 'utf8');
    const state = stateSchema.parse(JSON.parse(text));
    return isAlive(state.pid) ? state : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') throw error;
    return null; // No whole file: nothing runs.
  }
}

function redisSocketIn(dataFolder: string): string | null {
  try {
    const [, quoted] = /^unixsocket (".*")$/m.exec(readFileSync(join(dataFolder, 'run', 'redis.conf'), 'utf8')) ?? [];
    return quoted === undefined ? null : z.string().parse(JSON.parse(quoted));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
