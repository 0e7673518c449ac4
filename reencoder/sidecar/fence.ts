import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Puts nothing over each path before `--`, then becomes the command behind it. */
const HIDE = `
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mount -t tmpfs -o ro,mode=000,size=4k none "$1" || exit 1
  elif [ -e "$1" ]; then mount --bind /dev/null "$1" || exit 1
  fi
  shift
done
shift
exec "$@"
`;

/**
 * Returns the beginning of a command line under which a program sees nothing of these paths. It keeps user, group and
 * process id, and gets no rights in any way. The mounts belong to an outer user namespace, so the program, in an inner
 * one, cannot undo them; nor does it reach memory, environment or files of its user's other processes.
 */
export function fenceCommand(hidden: readonly string[], uid: number, gid: number): string[] {
  return [
    ...['unshare', '--user', '--map-root-user', '--mount', '--ipc', '--'],
    ...['sh', '-c', HIDE, 'sh', ...hidden, '--'],
    ...['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'],
    ...['setpriv', '--no-new-privs', '--'],
  ];
}

/**
 * Returns the fence for programs that this process starts, or null where the system gives none: no user namespaces, as
 * in most containers, no util-linux 2.38, or one of `needed` is in a hidden folder. Root needs none: what it starts
 * becomes another user.
 */
export function fenceAround(hidden: readonly string[], needed: readonly string[]): string[] | null {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (uid === 0) return null;
  const fence = fenceCommand(
    hidden.filter((path) => existsSync(path)),
    uid,
    gid,
  );
  const [command = '', ...args] = fence;
  const isEverythingThere = 'for path do test -r "$path" || exit 1; done';
  const { status } = spawnSync(command, [...args, 'sh', '-c', isEverythingThere, 'sh', ...needed], {
    stdio: 'ignore',
    timeout: 10_000,
  });
  return status === 0 ? fence : null;
}
