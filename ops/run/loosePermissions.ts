import { readFileSync, type Stats, statSync } from 'node:fs';

/** Settings that nobody else may read. */
const SECRETS = /^\s*(export\s+)?\w*(SECRET|REDIS_URL|ICE_SERVERS)\w*\s*=/m;

/**
 * Returns what other users of this machine may do and should not: read a settings file that has secrets, or change the
 * data folder. Each problem says what to do.
 */
export function loosePermissions(settingsPath: string, dataFolder: string): string[] {
  const problems: string[] = [];
  const settings = statsOf(settingsPath);
  if (settings && (settings.mode & 0o077) !== 0 && SECRETS.test(readFileSync(settingsPath, 'utf8'))) {
    problems.push(`other users can read the secrets in ${settingsPath}: chmod 600 ${settingsPath}`);
  }
  const folder = statsOf(dataFolder);
  if (folder && (folder.mode & 0o022) !== 0) {
    problems.push(`other users can change ${dataFolder}, which holds rooms and secrets: chmod 700 ${dataFolder}`);
  }
  return problems;
}

function statsOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
