import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../run/config.ts';
import type { Deployment } from './Deployment.ts';

/** The Everroom of this checkout and environment, which runs on this machine and is reached at `url`. */
export function runningDeployment(url: string): Deployment {
  const { auth, node, redis } = loadConfig();
  const runFolder = join(node.dataFolder, 'run');
  return {
    url: url.replace(/\/+$/, ''),
    apiKey: auth.apiKey,
    apiSecret: auth.apiSecret.reveal(),
    redisUrl: redis.url?.reveal() ?? embeddedRedisUrl(join(runFolder, 'redis.conf')),
    stateFile: join(runFolder, 'supervisor.json'),
  };
}

function embeddedRedisUrl(confPath: string): string {
  const [, quoted] = /^unixsocket (".*")$/m.exec(readFileSync(confPath, 'utf8')) ?? [];
  const path: unknown = JSON.parse(quoted ?? 'null');
  if (typeof path !== 'string')
    throw new Error(`${confPath} names no unix socket: does Everroom run with this data folder?`);
  return `unix://${path}`;
}
