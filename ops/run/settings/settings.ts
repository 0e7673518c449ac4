import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { ROOT } from '../machine.ts';
import { accessSettings } from './accessSettings.ts';
import { continuitySettings } from './continuitySettings.ts';
import { fileSettings } from './fileSettings.ts';
import { mediaSettings } from './mediaSettings.ts';
import { reencoderSettings } from './reencoderSettings.ts';
import { serverSettings } from './serverSettings.ts';
import { storageSettings } from './storageSettings.ts';

/** Names every bad setting and says what to write instead. */
export class ConfigError extends Error {
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(
      `Everroom cannot start with these settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
      options,
    );
    this.name = 'ConfigError';
  }
}

/** `shownDefault` in a setting's meta: how the documentation names a default that is worked out at start. */
const settings = z.object({
  ...serverSettings,
  ...storageSettings,
  ...fileSettings,
  ...mediaSettings,
  ...accessSettings,
  ...continuitySettings,
  ...reencoderSettings,
});

export type Settings = z.infer<typeof settings>;

/**
 * The settings that an environment and the text of a settings file make together; the environment wins. `problems`
 * names what is in the file and means nothing.
 * @throws ConfigError naming every bad setting.
 */
export function parseSettings(
  env: Readonly<Record<string, string | undefined>>,
  fileText: string,
): { set: Settings; problems: string[] } {
  const inFile = parseEnv(fileText);
  const problems = Object.keys(inFile)
    .filter((name) => !(name in settings.shape))
    .map((name) => `${name} in the settings file is not a setting`);
  const given: Record<string, string> = {};
  for (const name of Object.keys(settings.shape)) {
    const value = (env[name] || inFile[name])?.trim();
    if (value) given[name] = value;
  }
  const parsed = settings.safeParse(given);
  problems.push(...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`));
  if (!parsed.success) throw new ConfigError(problems);
  return { set: parsed.data, problems };
}

/** Returns true if the environment or the settings file sets it. @throws ConfigError */
export function isSet(name: keyof Settings, env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return Boolean(env[name] || parseEnv(settingsFile(env.EVERROOM_CONFIG))[name]);
}

/** The text of `everroom.env` in the checkout, or of the file that EVERROOM_CONFIG names. @throws ConfigError */
export function settingsFile(named: string | undefined): string {
  const path = settingsPath(named);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!named && isMissing(error)) return '';
    throw new ConfigError([
      `the settings file ${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    ]);
  }
}

export function settingsPath(named: string | undefined): string {
  return named ? resolve(named) : join(ROOT, 'everroom.env');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

export interface SettingDescription {
  readonly name: string;
  readonly shownDefault: string;
  readonly description: string;
}

/** All settings in the order of the schema, for the table in the README. */
export function describeSettings(): SettingDescription[] {
  return Object.entries(settings.shape).map(([name, schema]) => {
    const { description = '', shownDefault } = schema.meta() ?? {};
    const fallback = schema instanceof z.ZodDefault ? `\`${String(schema.def.defaultValue)}\`` : '';
    return { name, shownDefault: typeof shownDefault === 'string' ? shownDefault : fallback, description };
  });
}
