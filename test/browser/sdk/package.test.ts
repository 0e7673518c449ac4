import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../../client/package.json' with { type: 'json' };
import { launchChromium } from '../../../ops/kit/clients/page/chromium.ts';
import { PrivateDeployment } from '../../../ops/kit/deployment/PrivateDeployment.ts';
import { RoomApi } from '../../../ops/kit/RoomApi.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { bundlePage } from '../bundlePage.ts';
import { SdkPage } from './SdkPage.ts';
import type { TestPage } from './sdk.page.ts';

declare const testPage: TestPage;

const root = path.resolve(import.meta.dirname, '../../..');
const client = path.join(root, 'client');
const typescript = path.join(root, 'node_modules/typescript/bin/tsc');
const ours = /^(client|signaling\/protocol|core\/room)\//u;

/** The package `everroom-client` as an application gets it: packed, installed outside of this repository, used. */
describe('the package everroom-client', () => {
  let application: string;
  /** What went into its module, and what the module imports. */
  let modules: string[];
  let imports: string[];

  beforeAll(async () => {
    application = await mkdtemp(path.join(tmpdir(), 'everroom-application-'));
    ({ modules, imports } = await buildModule());
    await node(client, typescript, '-p', 'tsconfig.build.json');
    const packed = await run(client, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', application);
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    await writeFile(path.join(application, 'package.json'), '{ "private": true, "type": "module" }');
    const quickly = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    await run(application, 'npm', 'install', ...quickly, `./${filename}`);
  }, 120_000);

  afterAll(() => rm(application, { recursive: true, force: true }));

  it('the package holds the client, the protocol and the rules of a room, and no server', async () => {
    expect(modules).toContain('client/Room.ts');
    expect(modules.filter((module) => !ours.test(module))).toEqual([]);
    expect(Object.keys(manifest.dependencies)).toEqual(expect.arrayContaining(imports));

    const types = await readdir(path.join(client, 'dist/types'), { recursive: true });
    const declarations = types.filter((file) => file.endsWith('.ts'));
    expect(declarations).toContain('client/index.d.ts');
    expect(declarations.filter((file) => !ours.test(file))).toEqual([]);

    const installed = await readdir(path.join(application, 'node_modules'));
    expect(installed).toContain('mediasoup-client');
    expect(installed).not.toContain('mediasoup');
  });

  it.each([
    ['a bundler', 'esnext', 'bundler'],
    ['Node', 'nodenext', 'nodenext'],
  ])('the package has types for an application of %s', async (_, module, moduleResolution) => {
    const programs = [await programOfApplication(), await programOfReadme()];
    const options = ['--strict', '--noEmit', '--target', 'es2023', '--lib', 'es2024,dom,dom.iterable'];
    const modules = ['--module', module, '--moduleResolution', moduleResolution];
    await node(application, typescript, ...options, ...modules, ...programs);
  });

  describe('with a server', () => {
    let deployment: PrivateDeployment;
    let browser: Browser;
    let api: RoomApi;

    beforeAll(async () => {
      [deployment, browser] = await Promise.all([PrivateDeployment.start({ workers: 1 }), launchChromium()]);
      api = new RoomApi(deployment);
    });

    afterAll(async () => {
      await browser?.close();
      await deployment?.stop();
    });

    it('the package enters a room from Node and from a page, which see each other', async () => {
      const roomId = await api.createRoom('Application');
      const page = await SdkPage.open(browser, deployment.url, await bundlePage(await programOfApplication()), 'page');
      await page.join(deployment.url, await api.joinToken(roomId, 'page'));
      await page.page.evaluate(() => testPage.room.localParticipant.setCameraEnabled(true, { height: 360 }));

      await writeFile(path.join(application, 'visit.js'), visit);
      const seen = await node(application, 'visit.js', deployment.url, await api.joinToken(roomId, 'node'));
      expect(JSON.parse(seen)).toEqual({ participants: ['page'], tracks: ['camera'] });
      await waitUntil(async () => {
        const events = await page.events();
        return events.some((event) => event.startsWith('participantDisconnected node')) || events.join(', ');
      });
      expect(await page.events()).toContain('participantConnected node');
      await page.close();
    });
  });

  /** Writes the page of the SDK's other tests, with the installed package in place of the source. */
  async function programOfApplication(): Promise<string> {
    const source = await readFile(path.join(import.meta.dirname, 'sdk.page.ts'), 'utf8');
    const program = path.join(application, 'page.ts');
    await writeFile(program, source.replace("'../../../client/index.ts'", "'everroom-client'"));
    return program;
  }

  /** Writes the examples of the package's README, one after the other. */
  async function programOfReadme(): Promise<string> {
    const readme = await readFile(path.join(client, 'README.md'), 'utf8');
    const examples = [...readme.matchAll(/^```ts\n(.*?)^```/gmsu)].map(([, code]) => code);
    expect(examples.length).toBeGreaterThan(0);
    const given = 'declare const token: string, mediaStreamTrack: MediaStreamTrack;';
    const program = path.join(application, 'readme.ts');
    await writeFile(program, [given, ...examples].join('\n'));
    return program;
  }
});

/** Joins without media, prints whom it sees there and leaves. */
const visit = `
import { Room } from 'everroom-client';

const [url, token] = process.argv.slice(2);
const room = new Room({ media: false });
await room.connect(url, token, { name: 'node' });
const participants = [...room.participants.values()];
const tracks = participants.flatMap(({ publications }) => [...publications.values()].map(({ source }) => source));
process.stdout.write(JSON.stringify({ participants: participants.map(({ id }) => id), tracks }));
await room.disconnect();
process.exit();
`;

async function buildModule(): Promise<{ modules: string[]; imports: string[] }> {
  const built = await build({ configFile: path.join(client, 'vite.config.ts'), logLevel: 'error' });
  const [bundle] = Array.isArray(built) ? built : [built];
  if (bundle === undefined || !('output' in bundle)) throw new Error('vite made no bundle of the client');
  const chunks = bundle.output.filter((output) => output.type === 'chunk');
  return {
    modules: chunks.flatMap((chunk) => Object.keys(chunk.modules)).map((id) => path.relative(root, id)),
    imports: chunks.flatMap((chunk) => chunk.imports),
  };
}

/** Runs a script in a folder under this Node; resolves with what it wrote. */
function node(cwd: string, script: string, ...args: string[]): Promise<string> {
  return run(cwd, process.execPath, script, ...args);
}

async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, encoding: 'utf8' });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
