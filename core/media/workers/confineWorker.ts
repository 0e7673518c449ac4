import { spawnSync } from 'node:child_process';

/** No account has this id, and the track processes of a reencoder have another one. */
const WORKER_ID = 65_532;
const COMMAND = [`--reuid=${WORKER_ID}`, `--regid=${WORKER_ID}`, '--clear-groups', '--no-new-privs', '--'];

/** How media workers are started, for the binary that was asked about first. */
let known: { readonly workerBin: string; readonly confined: boolean } | undefined;

/**
 * Returns whether a media worker that root starts can run without root's rights: `setpriv` is there and may change the
 * user, and the binary can be read by others. A worker parses what strangers send, and needs no rights at all.
 */
export function canConfine(workerBin: string): boolean {
  if (process.getuid?.() !== 0) return false;
  if (known?.workerBin !== workerBin) {
    const { status } = spawnSync('setpriv', [...COMMAND, 'test', '-x', workerBin], {
      stdio: 'ignore',
      timeout: 10_000,
    });
    known = { workerBin, confined: status === 0 };
  }
  return known.confined;
}

/**
 * Calls `spawn`, and has mediasoup start the worker through `setpriv`. mediasoup's only way to start a worker through
 * another program is the one for valgrind; it reads these variables when it spawns.
 */
export function confined<T>(spawn: () => T): T {
  const names = {
    MEDIASOUP_USE_VALGRIND: 'true',
    MEDIASOUP_VALGRIND_BIN: 'setpriv',
    MEDIASOUP_VALGRIND_OPTIONS: COMMAND.join(' '),
  };
  Object.assign(process.env, names);
  try {
    return spawn();
  } finally {
    for (const name of Object.keys(names)) delete process.env[name];
  }
}
