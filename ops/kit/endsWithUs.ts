import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** Long enough for servers that end in order. */
const GOODBYE_S = 20;
/** Reads until we are gone, however that ended: then the pipe to it closes. */
const WATCH = [
  'read _',
  'kill -s CONT -- "$1" "-$1"',
  `kill -s TERM "$1" && sleep ${GOODBYE_S} && kill -s KILL -- "$1" "-$1"`,
].join('\n');

/**
 * Ends a detached child, and what it has started in its session, if this process ends without doing so: a drill that
 * gets SIGKILL leaves nothing behind.
 */
export function endsWithUs(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const watch = spawn('sh', ['-c', WATCH, 'sh', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Its pid may belong to somebody else by then.
  child.once('exit', () => watch.kill('SIGKILL'));
  // Neither of them keeps this process alive.
  watch.unref();
  if (watch.stdin instanceof Socket) watch.stdin.unref();
}
