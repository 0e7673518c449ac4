import { execFileSync, spawnSync } from 'node:child_process';
import { lchownSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './settings/settings.ts';

export interface OwnUserOptions {
  /** EVERROOM_USER: a name or a number; undefined for the owner of the data folder. */
  readonly named: string | undefined;
  readonly dataFolder: string;
  /** TCP port of the page. */
  readonly port: number;
  /** What servers read while they run: the checkout, and files that settings name. */
  readonly read: readonly string[];
  readonly log: (line: string) => void;
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * A process that root started becomes the user EVERROOM_USER, or the owner of the data folder, and so do all
 * processes that it starts. The data folder becomes that user's too. Root stays root if no other user is named and
 * the data folder is root's, or if its owner cannot do the work; the log says so.
 *
 * @throws ConfigError when EVERROOM_USER is set and cannot do the work
 */
export function becomeOwnUser({ named, dataFolder, port, read, log }: OwnUserOptions): void {
  if (process.getuid?.() !== 0) return;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const user = named === undefined ? ownerOf(dataFolder) : userNamed(named);
  if (user.uid === 0) {
    if (named === undefined) log('runs as root: set EVERROOM_USER, and it becomes that user (docs/security.md)');
    return;
  }
  const who = named ?? `the owner of ${dataFolder} (${user.uid})`;
  const obstacle = portObstacle(port) ?? readObstacle(user, [process.execPath, ...read]);
  if (obstacle !== null) {
    if (named !== undefined) throw new ConfigError([`EVERROOM_USER ${named} ${obstacle}`]);
    log(`keeps running as root: ${who} ${obstacle}`);
    return;
  }
  own(dataFolder, user);
  process.setgroups?.([]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
  // Root's folders are closed to it.
  process.env.HOME = dataFolder;
  delete process.env.XDG_RUNTIME_DIR;
  log(`runs as ${who}`);
}

function userNamed(named: string): User {
  if (/^\d+$/.test(named)) return { uid: Number(named), gid: Number(named) };
  try {
    const ask = (what: string): number => Number(execFileSync('id', [what, '--', named], { stdio: 'pipe' }));
    return { uid: ask('-u'), gid: ask('-g') };
  } catch (cause) {
    throw new ConfigError([`EVERROOM_USER ${named} is no user of this machine (try: useradd --system ${named})`], {
      cause,
    });
  }
}

function ownerOf(folder: string): User {
  const { uid, gid } = lstatSync(folder);
  return { uid, gid };
}

/** A standby binds the port when it takes over, long after this process was root. */
function portObstacle(port: number): string | null {
  if (port === 0 || port >= firstFreePort()) return null;
  return `may not open port ${port}: choose one from ${firstFreePort()} on with PORT, or lower net.ipv4.ip_unprivileged_port_start`;
}

function firstFreePort(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  } catch {
    return 1024; // Not Linux.
  }
}

const READS = `
const { accessSync, constants } = require('node:fs');
for (const path of process.argv.slice(1)) {
  try { accessSync(path, constants.R_OK); } catch { process.stdout.write(path); process.exit(1); }
}`;

function readObstacle({ uid, gid }: User, paths: readonly string[]): string | null {
  // The program itself may be out of reach: then there is no output.
  const { status, stdout } = spawnSync(process.execPath, ['-e', READS, ...paths], {
    uid,
    gid,
    cwd: '/',
    encoding: 'utf8',
    timeout: 30_000,
  });
  return status === 0 ? null : `cannot read ${stdout || process.execPath}`;
}

/** Gives a folder and all that is in it to a user. A link is given, and never what it leads to. */
function own(path: string, user: User): void {
  const stat = lstatSync(path);
  // A file with a second name may be somebody else's, put here to be given away.
  if (!stat.isDirectory() && stat.nlink > 1) return;
  if (stat.uid !== user.uid || stat.gid !== user.gid) lchownSync(path, user.uid, user.gid);
  if (stat.isDirectory()) for (const name of readdirSync(path)) own(join(path, name), user);
}
