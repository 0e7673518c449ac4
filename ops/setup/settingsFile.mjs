import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './places.mjs';

/**
 * One setting, before anything is installed that could read settings properly: from the environment, else from the
 * settings file. `ops/run/config.ts` reads and checks them all.
 * @param {string} name
 */
export function setting(name, env = process.env) {
  if (env[name]) return env[name];
  let text;
  try {
    text = readFileSync(env.EVERROOM_CONFIG || join(ROOT, 'everroom.env'), 'utf8');
  } catch {
    return undefined; // There need not be one; a file that was named and cannot be read is refused at start.
  }
  const match = new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=\\s*(.*?)\\s*$`, 'm').exec(text);
  return match?.[1]?.replace(/^(['"`])(.*)\1$/, '$2') || undefined;
}
