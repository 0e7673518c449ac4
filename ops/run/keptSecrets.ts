import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const keptSchema = z
  .object({
    apiKey: z.string().min(1),
    apiSecret: z.string().min(32),
    tokenSecret: z.string().min(32),
    sidecarSecret: z.string().min(32).optional(),
  })
  // In a folder from before there were sidecars every process that reads it derives the same secret.
  .transform(({ sidecarSecret, ...kept }) => ({
    ...kept,
    sidecarSecret: sidecarSecret ?? createHmac('sha256', kept.tokenSecret).update('everroom:sidecar').digest('hex'),
  }));

type KeptSecrets = z.infer<typeof keptSchema>;

/**
 * Returns the secrets in `DATA/secrets.json`, which only its owner can read. The first process generates them, whole or
 * not at all, however many processes start at the same moment.
 */
export function keptSecrets(dataFolder: string): KeptSecrets {
  return keptSecretsIn(dataFolder) ?? generate(dataFolder, fileIn(dataFolder));
}

/** Returns the secrets that are kept there already. */
export function keptSecretsIn(dataFolder: string): KeptSecrets | undefined {
  return readKept(fileIn(dataFolder));
}

function fileIn(dataFolder: string): string {
  return join(dataFolder, 'secrets.json');
}

function generate(dataFolder: string, path: string): KeptSecrets {
  const fresh: KeptSecrets = {
    apiKey: `key-${randomBytes(6).toString('hex')}`,
    apiSecret: randomBytes(32).toString('hex'),
    tokenSecret: randomBytes(32).toString('hex'),
    sidecarSecret: randomBytes(32).toString('hex'),
  };
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(temporary, path);
    return fresh;
  } catch (error) {
    // Another process was first: its secrets count.
    const kept = readKept(path);
    if (!kept) throw error;
    return kept;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readKept(path: string): KeptSecrets | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return keptSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${path} is damaged: restore it, or delete it to make new secrets (old join links end)`, {
      cause: error,
    });
  }
}
