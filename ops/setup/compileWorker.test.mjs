import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { compileWorker } from './compileWorker.mjs';
import { run } from './processes.mjs';

// The worker takes minutes to compile, so stand-ins for cmake and ninja produce a shell script and fail on demand.

/** Records the folder and the chosen way; refuses a folder that holds a file named `torn`. */
const CMAKE = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    -B) shift; build=$1 ;;
    -S) shift; test -f "$1/CMakeLists.txt" || exit 1 ;;
    -DMEDIASOUP_DIR=*) test -f "\${1#*=}/worker/src/main.cpp" || exit 1 ;;
    -DUNITY=ON) way=batches ;;
    -DUNITY=OFF) way=files ;;
  esac
  shift
done
echo "configure $way" >> "$STAND_IN/calls"
if [ -e "$build/torn" ]; then echo 'CMake Error: torn'; exit 1; fi
mkdir -p "$build" && echo $way > "$build/way"
`;

/** Fails, hangs, or makes a working or broken worker, as the file BEHAVIOUR-WAY says. */
const NINJA = `#!/bin/sh
cd "$2" || exit 1
way=$(cat way)
echo "compile $way" >> "$STAND_IN/calls"
if [ -e "$STAND_IN/fails-$way" ]; then
  echo '[1/2] a.o'; echo "a.cpp:3:1: error: redefinition of 'a' in $way"; exit 1
fi
if [ -e "$STAND_IN/hangs-$way" ]; then touch half.o; exec sleep 60; fi
echo '[2/2] mediasoup-worker'
if [ -e "$STAND_IN/dies-$way" ]; then
  printf '#!/bin/sh\\necho "the worker died in $0" && exit 1\\n' > mediasoup-worker
else
  printf '#!/bin/sh\\n' > mediasoup-worker
fi
chmod +x mediasoup-worker
`;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everroom-compile-'));
  mkdirSync(join(folder, 'bin'));
  for (const [name, text] of Object.entries({ cmake: CMAKE, ninja: NINJA, strip: '#!/bin/sh\n' })) {
    writeFileSync(join(folder, 'bin', name), text);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  makeCheckout('checkout');
});

afterEach(() => rmSync(folder, { recursive: true }));

/** @param {string} name */
function makeCheckout(name) {
  mkdirSync(join(folder, name, 'recipe'), { recursive: true });
  writeFileSync(join(folder, name, 'recipe', 'CMakeLists.txt'), '');
  for (const part of ['src', 'include', 'fbs', 'deps']) {
    mkdirSync(join(folder, name, 'mediasoup', 'worker', part), { recursive: true });
  }
  writeFileSync(join(folder, name, 'mediasoup', 'worker', 'src', 'main.cpp'), '');
}

/**
 * @param {'fails' | 'hangs' | 'dies'} behaviour
 * @param {'batches' | 'files'} way
 */
const provoke = (behaviour, way) => writeFileSync(join(folder, `${behaviour}-${way}`), '');

const env = () => ({
  ...process.env,
  STAND_IN: folder,
  PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
});

const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');

const build = () => join(folder, 'build');

function compile(checkout = 'checkout') {
  /** @type {string[]} */
  const staying = [];
  const result = compileWorker({
    folder: build(),
    recipe: join(folder, checkout, 'recipe'),
    mediasoup: join(folder, checkout, 'mediasoup'),
    tryWorker: (binary) => run(binary, []),
    say: (text, options) => options?.stays && staying.push(text),
    env: env(),
  });
  return { result, staying };
}

test('the worker is compiled in batches where that works', async () => {
  const { result, staying } = compile();
  expect(await result).toMatchObject({ way: 'in batches' });
  expect(calls()).toEqual(['configure batches', 'compile batches']);
  expect(staying).toEqual([]);
});

test('a build file by file follows when the batches do not compile, and progress says why', async () => {
  provoke('fails', 'batches');
  const { result, staying } = compile();
  expect(await result).toMatchObject({ way: 'file by file' });
  expect(calls()).toEqual(['configure batches', 'compile batches', 'configure files', 'compile files']);
  expect(staying).toEqual(["in batches: a.cpp:3:1: error: redefinition of 'a' in batches; now file by file"]);
});

test('a build file by file follows when the worker of the batches does not work', async () => {
  provoke('dies', 'batches');
  const { result, staying } = compile();
  const { binary, way } = await result;
  expect(way).toBe('file by file');
  expect((await run(binary, [])).ok).toBe(true);
  expect(staying).toEqual([expect.stringContaining('the worker died')]);
});

test('a build that fails both ways reports the last failure and leaves nothing behind', async () => {
  provoke('fails', 'batches');
  provoke('dies', 'files');
  await expect(compile().result).rejects.toThrow('It was compiled, but does not work:\nthe worker died');
  expect(existsSync(join(build(), 'batches')) || existsSync(join(build(), 'files'))).toBe(false);
});

test('an interrupted build continues where it stopped, even from another checkout', async () => {
  provoke('hangs', 'batches');
  const script = `
    import { compileWorker } from ${JSON.stringify(fileURLToPath(new URL('compileWorker.mjs', import.meta.url)))};
    import { passSignalsOn } from ${JSON.stringify(fileURLToPath(new URL('processes.mjs', import.meta.url)))};
    passSignalsOn();
    const [folder, recipe, mediasoup] = process.argv.slice(1);
    const tryWorker = async () => ({ ok: true, output: '' });
    await compileWorker({ folder, recipe, mediasoup, tryWorker, say: () => undefined });`;
  const places = [build(), join(folder, 'checkout', 'recipe'), join(folder, 'checkout', 'mediasoup')];
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, ...places], { env: env() });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const isUnderWay = () => expect(existsSync(join(build(), 'batches', 'half.o')), `half a build; ${said}`).toBe(true);
  await vi.waitFor(isUnderWay, { timeout: 15_000 });
  child.kill('SIGTERM');
  await once(child, 'close');
  expect(said).toContain('Interrupted');

  rmSync(join(folder, 'hangs-batches'));
  rmSync(join(folder, 'checkout'), { recursive: true });
  makeCheckout('other');
  expect(await compile('other').result).toMatchObject({ way: 'in batches' });
  expect(existsSync(join(build(), 'batches', 'half.o'))).toBe(true);
  expect(calls()).toEqual(['configure batches', 'compile batches', 'configure batches', 'compile batches']);
});

test('a half-made build folder is made again', async () => {
  mkdirSync(join(build(), 'batches'), { recursive: true });
  writeFileSync(join(build(), 'batches', 'torn'), '');
  expect(await compile().result).toMatchObject({ way: 'in batches' });
  expect(calls()).toEqual(['configure batches', 'configure batches', 'compile batches']);
});
