import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, linkSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { getPriority, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SupervisorState, supervisorState } from '../../ops/kit/deployment/Deployment.ts';
import { PrivateDeployment } from '../../ops/kit/deployment/PrivateDeployment.ts';
import { childrenOf } from '../../ops/kit/deployment/processes.ts';
import { waitUntil } from '../support/waitUntil.ts';

const SECRETS = { SIDECAR_SECRET: randomUUID() + randomUUID(), FOREIGN_SECRET: 'of the machine' };
/** Its source, or its bundle. */
const TRACK_PROGRAM = /track[/-]main\.(ts|mjs)/;
const IS_ROOT = process.getuid?.() === 0;

/** The processes of a deployment that strangers' media or sidecars' jobs reach. */
interface Family {
  readonly state: SupervisorState;
  readonly workers: readonly number[];
  readonly tracks: readonly number[];
}

async function familyOf(deployment: PrivateDeployment): Promise<Family> {
  let family: Family | undefined;
  await waitUntil(async () => {
    const state = await supervisorState(deployment);
    if (!state.serverPid || !state.standbyPid || !state.sidecarPid || !state.redisPid) return 'not everything runs';
    const workers = [state.serverPid, state.standbyPid].flatMap((pid) => childrenOf(pid, 'mediasoup-worker'));
    const tracks = childrenOf(state.sidecarPid, TRACK_PROGRAM);
    // A standby that rehearses has more of them for a moment.
    if (workers.length !== 4) return `${workers.length} of 4 media workers run`;
    // The spare has given up the rights of root when its engine is loaded.
    if (tracks.length === 0 || (IS_ROOT && uidOf(tracks[0]) === 0)) return 'no spare track process is ready';
    family = { state, workers, tracks };
    return true;
  }, 240_000);
  if (!family) throw new Error('there are no processes');
  return family;
}

const proc = (pid: number | null | undefined, file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8');
const uidOf = (pid: number | null | undefined): number =>
  Number(/^Uid:\s+\d+\s+(\d+)/m.exec(proc(pid, 'status'))?.[1] ?? Number.NaN);
const namesIn = (pid: number | null): string[] =>
  proc(pid, 'environ')
    .split('\0')
    .map((entry) => entry.replace(/=.*$/s, ''));

/** Whether the user that a server becomes may have namespaces of its own; some systems allow none. */
function unprivilegedNamespaces(): boolean {
  const { status } = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true'], {
    uid: 65_531,
    gid: 65_531,
  });
  return status === 0;
}

describe('[S2] each process has what it needs', () => {
  let deployment: PrivateDeployment;
  let family: Family;

  beforeAll(async () => {
    deployment = await PrivateDeployment.start({ workers: 1, settings: { ...SECRETS, REENCODER: 'auto' } });
    family = await familyOf(deployment);
  });
  afterAll(() => deployment?.stop());

  test('no secret is in the environment of Redis, media workers and track processes', () => {
    for (const pid of [family.state.redisPid, ...family.workers, ...family.tracks]) {
      // Redis writes its title over its environment's first names.
      const environment = proc(pid, 'environ');
      for (const secret of [deployment.apiSecret, ...Object.values(SECRETS), 'TOKEN_SECRET', 'REDIS_URL']) {
        expect(environment.includes(secret), proc(pid, 'cmdline')).toBe(false);
      }
    }
    expect(namesIn(family.workers[0] ?? 0)).toContain('PATH');
  });

  test('a reencoder has one secret, and the address of a Redis that shows it no room', () => {
    const names = namesIn(family.state.sidecarPid);
    expect(names.filter((name) => /SECRET|REDIS_URL|API_KEY/.test(name)).sort()).toEqual([
      'REDIS_URL',
      'SIDECAR_SECRET',
    ]);
    expect(proc(family.state.sidecarPid, 'environ')).toContain('REDIS_URL=unix://everroom-sidecar:');
  });

  test('a track process has limits, and leaves no image of itself', () => {
    const limits = proc(family.tracks[0] ?? 0, 'limits');
    expect(limits).toMatch(/^Max core file size\s+0\s+0\s/m);
    expect(limits).toMatch(/^Max file size\s+0\s+0\s/m);
    expect(limits).toMatch(/^Max open files\s+256\s+256\s/m);
    expect(limits).toMatch(/^Max data size\s+4294967296\s+4294967296\s/m);
  });

  test.runIf(IS_ROOT)('[S1] root does not parse the media of strangers', () => {
    const workers = family.workers.map(uidOf);
    const tracks = family.tracks.map(uidOf);
    expect([...workers, ...tracks]).not.toContain(0);
    expect(new Set(workers).size).toBe(1);
    expect(tracks).not.toContain(workers[0]);
    expect(proc(family.workers[0] ?? 0, 'status')).toMatch(/^NoNewPrivs:\s+1$/m);
  });
});

// Root's own copy of Node may be in a folder that nobody else may enter. A service manager may start servers as nicer
// processes, and only root makes a process less nice again.
describe.runIf(IS_ROOT)('a nice server that root starts becomes a user of its own', () => {
  const USER = 65_531;
  let folder: string;
  let deployment: PrivateDeployment;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'everroom-node-'));
    chmodSync(folder, 0o755);
    const node = join(folder, 'node');
    try {
      linkSync(process.execPath, node);
    } catch {
      copyFileSync(process.execPath, node);
    }
    const niceness = getPriority();
    setPriority(niceness + 1);
    deployment = await PrivateDeployment.start({
      workers: 1,
      node,
      settings: { REENCODER: 'auto', EVERROOM_USER: String(USER) },
    }).finally(() => setPriority(niceness));
  });
  afterAll(async () => {
    await deployment?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('every process is that user, and so is everything in the data folder', async () => {
    const { state, workers, tracks } = await familyOf(deployment);
    const { pid, serverPid, standbyPid, sidecarPid, redisPid } = state;
    for (const each of [pid, serverPid, standbyPid, sidecarPid, redisPid, ...workers, ...tracks]) {
      expect(uidOf(each), proc(each, 'cmdline')).toBe(USER);
      expect(proc(each, 'status')).toMatch(/^CapEff:\s+0+$/m);
    }
    const data = join(deployment.stateFile, '..', '..');
    if (unprivilegedNamespaces()) {
      expect(readdirSync(data)).toContain('secrets.json');
      for (const pid of tracks) expect(readdirSync(`/proc/${pid}/root${realpathSync(data)}`), String(pid)).toEqual([]);
    }
    const owners = ['', ...readdirSync(data, { recursive: true, encoding: 'utf8' })].map((name) => ({
      name,
      uid: lstatSync(join(data, name)).uid,
    }));
    // The log is the one of whoever started the server.
    expect(owners.filter(({ uid, name }) => uid !== USER && name !== 'drill.log')).toEqual([]);
  });
});
