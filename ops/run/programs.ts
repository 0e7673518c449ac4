import { join } from 'node:path';

type Program = 'supervisor' | 'joinCluster' | 'server' | 'reencoder';

/** Whether set-up has bundled the programs of this checkout and started this process with them. */
export const BUNDLED = process.env.EVERROOM_BUNDLED === '1';

/** Returns the file of a program: its bundle, which loads in a third of the time, or its source. */
export function programOf(checkout: string, name: Program, bundled = BUNDLED): string {
  return bundled ? join(checkout, 'dist', 'programs', `${name}.mjs`) : join(checkout, 'ops', 'run', `${name}.ts`);
}

/** Returns whether the command line of a process runs a server or a reencoder, of whichever checkout. */
export function runsServerOrReencoder(commandLine: string): boolean {
  return /(ops\/run\/(server|reencoder)\.ts|dist\/programs\/(server|reencoder)\.mjs)/.test(commandLine);
}
