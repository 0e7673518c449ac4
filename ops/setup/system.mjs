import { existsSync } from 'node:fs';
import { commandPath, run } from './processes.mjs';
import { lastLines } from './runtime.mjs';
import { SetupError } from './SetupError.mjs';

/** @import { Say } from './progress.mjs' */

/**
 * A part of the operating system that Everroom uses: `debian` is its package, `missing` returns what is wrong
 * (undefined if nothing is), `service` is what the package starts by itself and Everroom does not use.
 * @typedef {{ debian: string, label: string, missing: () => Promise<string | undefined>, service?: string }} Need
 * @typedef {{ need: Need, problem: string }} Lack
 */

/**
 * @param {string} debian
 * @param {[string, ...string[]]} names of which one is enough
 * @returns {Need}
 */
const command = (debian, names) => ({
  debian,
  label: names[0],
  missing: async () => (names.some((name) => commandPath(name)) ? undefined : `${names[0]} is missing`),
});

/**
 * @param {string} debian
 * @param {string} module as pkg-config knows it
 * @param {string} [header] proves the library without pkg-config
 * @returns {Need}
 */
const library = (debian, module, header) => ({
  debian,
  label: module,
  missing: async () => {
    if (header && ['/usr/include', '/usr/local/include'].some((folder) => existsSync(`${folder}/${header}`)))
      return undefined;
    const { ok } = await run('pkg-config', ['--exists', module]);
    return ok ? undefined : `the development files of ${module} are missing`;
  },
});

/** @type {Need} */
export const REDIS = {
  debian: 'redis-server',
  service: 'redis-server',
  label: 'redis-server 7.0 or newer',
  missing: async () => {
    if (!commandPath('redis-server')) return 'redis-server (7.0 or newer) is missing';
    const { output } = await run('redis-server', ['--version']);
    const version = /v=(\d+)\.\S+/.exec(output);
    if (version && Number(version[1]) >= 7) return undefined;
    return `redis-server is too old (${version ? version[0].slice(2) : 'unknown version'}): 7.0 or newer is needed`;
  },
};

export const FFMPEG = command('ffmpeg', ['ffmpeg']);

export const CHROMIUM = command('chromium', [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
]);

export const FIREFOX = command('firefox-esr', ['firefox', 'firefox-esr']);

/** The tests put them beside a server, as operators do. */
export const NEIGHBOURS = [
  { ...command('coturn', ['turnserver']), service: 'coturn' },
  { ...command('nginx-light', ['nginx']), service: 'nginx' },
  { ...command('caddy', ['caddy']), service: 'caddy' },
];

/** The needs of `ops/setup/worker-build`. */
export const COMPILER = [
  command('g++', ['g++', 'c++']),
  command('cmake', ['cmake']),
  command('ninja-build', ['ninja']),
  command('pkg-config', ['pkg-config', 'pkgconf']),
  command('flatbuffers-compiler', ['flatc']),
  library('libflatbuffers-dev', 'flatbuffers', 'flatbuffers/flatbuffers.h'),
  library('libuv1-dev', 'libuv'),
  library('libssl-dev', 'openssl'),
  library('libsrtp2-dev', 'libsrtp2'),
];

/**
 * Returns the needs that are not met, each with its problem.
 * @param {Need[]} needs
 * @returns {Promise<Lack[]>}
 */
async function unmet(needs) {
  const answers = await Promise.all(needs.map(async (need) => ({ need, problem: await need.missing() })));
  return answers.flatMap(({ need, problem }) => (problem === undefined ? [] : { need, problem }));
}

/**
 * Returns what this machine lacks, or undefined if nothing. Changes nothing before `install` is called.
 * @param {Need[]} needs
 * @returns {Promise<{ packages: string, install: (say: Say) => Promise<string> } | undefined>}
 * @throws {SetupError} when this process may not install it; the message names everything at once
 */
export async function planSystem(needs) {
  const lacking = await unmet(needs);
  if (lacking.length === 0) return undefined;
  const packages = [...new Set(lacking.map(({ need }) => need.debian))];
  const services = lacking.flatMap(({ need }) => need.service ?? []);
  const hasApt = commandPath('apt-get') !== undefined;
  const isRoot = process.geteuid?.() === 0;
  if (!hasApt || !isRoot) throw new SetupError(howToInstall(lacking, packages, hasApt));
  return {
    packages: packages.join(', '),
    install: async (say) => {
      const installed = await install(packages, needs, say);
      await switchOff(services, say);
      return installed;
    },
  };
}

/**
 * Installs what these needs lack.
 * @param {Need[]} needs
 * @param {Say} say
 * @returns {Promise<string | undefined>} what was installed
 * @throws {SetupError}
 */
export async function ensureSystem(needs, say) {
  return (await planSystem(needs))?.install(say);
}

/**
 * Installs all packages with one apt-get.
 * @param {string[]} packages
 * @param {Need[]} needs
 * @param {Say} say
 */
async function install(packages, needs, say) {
  say(`apt-get install ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const lock = ['-o', 'DPkg::Lock::Timeout=300'];
  const update = await run('apt-get', [...lock, 'update'], { env });
  const args = [...lock, '-o', 'Dpkg::Use-Pty=0', 'install', '-y', '--no-install-recommends', ...packages];
  const installed = await run('apt-get', args, {
    env,
    onLine: (line) => /^(Get|Unpacking|Setting up)/.test(line) && say(line),
  });
  const still = await unmet(needs);
  if (still.length === 0) return `installed ${packages.join(', ')}`;
  const output = installed.ok ? '' : `\n${lastLines(`${update.ok ? '' : update.output}\n${installed.output}`)}`;
  throw new SetupError(`${list(still)}\nand apt-get did not install it.${output}`);
}

/**
 * Stops services that came with packages just installed, now and after the next boot: Everroom starts processes of
 * its own, and a machine gets no web server because its tests ran. Does nothing where systemd does not run.
 * @param {string[]} services
 * @param {Say} say
 */
async function switchOff(services, say) {
  if (services.length === 0 || !existsSync('/run/systemd/system')) return;
  const { ok, output } = await run('systemctl', ['disable', '--now', ...services]);
  say(
    ok ? `stopped and disabled ${services.join(', ')}` : `${services.join(', ')} may be running: ${lastLines(output)}`,
  );
}

/** @param {Lack[]} lacking */
const list = (lacking) => lacking.map(({ problem }) => `  ${problem}`).join('\n');

/**
 * @param {Lack[]} lacking
 * @param {string[]} packages
 * @param {boolean} hasApt
 */
function howToInstall(lacking, packages, hasApt) {
  const how = hasApt
    ? `Install it with\n\n  sudo apt-get install -y --no-install-recommends ${packages.join(' ')}\n`
    : `Install these with this system's own tools: ${lacking.map(({ need }) => need.label).join(', ')}.\n`;
  return (
    `Everroom needs what this machine lacks, and may not install it itself:\n\n${list(lacking)}\n\n${how}\n` +
    'Then run the command again. Nothing was changed.'
  );
}
