import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of a browser with one of these names on the PATH. @throws Error with what to install if there is none. */
export function browserPath(names: readonly string[]): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(`none of ${names.join(', ')} is on the PATH: install it (\`npm test\` does where it may)`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // Not in this folder.
  }
}
