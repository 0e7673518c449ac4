import { type Config, parseConfig } from '../run/config.ts';
import { thisMachine } from '../run/machine.ts';
import { settingsFile } from '../run/settings/settings.ts';

/**
 * Reads the settings as a server does, but no secrets: looking at a cluster needs none, and makes none.
 * @throws ConfigError when a setting is bad
 */
export function operatorConfig(dataFolder: string | undefined): Config {
  const env: NodeJS.ProcessEnv = { ...process.env, ...(dataFolder !== undefined && { EVERROOM_DATA: dataFolder }) };
  return parseConfig(env, settingsFile(env.EVERROOM_CONFIG), thisMachine(), () => NO_SECRETS);
}

const NO_SECRETS = { apiKey: '', apiSecret: '', tokenSecret: '', sidecarSecret: '' };
