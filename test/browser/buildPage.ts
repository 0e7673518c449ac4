import path from 'node:path';
import { build } from 'vite';

/** Builds the meeting page once: the tests whose servers give it out run side by side and share its folder. */
export async function setup(): Promise<void> {
  await build({ configFile: path.resolve('web/vite.config.ts'), logLevel: 'warn' });
}
