import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fenceCommand } from './fence.ts';

/** The one who runs the tests; nobody in particular if that is root, who sees everything. */
const UID = process.getuid?.() || 65_531;
const GID = process.getgid?.() || 65_531;
const AS_USER = process.getuid?.() === 0 ? { uid: UID, gid: GID } : {};

const folder = mkdtempSync(join(tmpdir(), 'everroom-fence-'));
const data = join(folder, 'data');
const settings = join(folder, 'everroom.env');
mkdirSync(data);
for (const path of [join(data, 'secrets.json'), join(folder, 'program'), settings]) writeFileSync(path, 'secret');
for (const path of [folder, data]) chmodSync(path, 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: readonly string[]): { readonly out: string; readonly status: number | null } {
  const [name = '', ...args] = command;
  const { stdout, stderr, status } = spawnSync(name, args, { ...AS_USER, encoding: 'utf8', env: { ...process.env } });
  return { out: `${stdout}${stderr}`, status };
}

const fenced = (script: string) => run([...fenceCommand([data, settings], UID, GID), 'sh', '-c', script]);
const isPossible = fenced('true').status === 0;

describe.runIf(isPossible)('behind the fence', () => {
  it('[S2] data folder and settings are empty, everything else is as it was, and nothing takes the fence away', () => {
    expect(fenced(`cat ${settings} ${folder}/program; id -u`)).toEqual({ out: `secret${UID}\n`, status: 0 });
    const attempts = [
      `cat ${data}/secrets.json`,
      `chmod 755 ${data}`,
      `umount ${data}`,
      `unshare --user --map-root-user --mount umount ${data}`,
    ];
    const all = attempts.map((attempt) => `${attempt} 2>/dev/null && echo '${attempt}'`).join('; ');
    const { out } = fenced(`${all}; grep -E '^(CapEff|NoNewPrivs)' /proc/self/status`);
    expect(out).toMatch(/^CapEff:\s+0+\nNoNewPrivs:\s+1\n$/);
  });

  it('[S2] the other processes of the user are closed', () => {
    // The shell outside is of the same user, and its environment is open to it.
    const script = 'cat /proc/$$/environ > /dev/null && echo open; "$@"; true';
    const inside = ['sh', '-c', 'cat /proc/$PPID/environ'];
    const outside = run(['sh', '-c', script, 'sh', ...fenceCommand([data], UID, GID), ...inside]);
    expect(outside.out).toContain('open');
    expect(outside.out).toContain('Permission denied');
  });
});
