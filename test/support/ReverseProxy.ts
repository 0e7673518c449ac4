import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../ops/kit/freePort.ts';
import { makeCertificate } from '../../ops/run/lan/makeCertificate.ts';
import { waitUntil } from './waitUntil.ts';

export type ProxyName = 'nginx' | 'caddy';

interface Places {
  readonly folder: string;
  readonly port: number;
  readonly targetPort: number;
}

const DAY_MS = 24 * 3_600_000;

/** A real nginx or Caddy on the loopback, with the configuration that docs/operating.md shows. */
export class ReverseProxy {
  readonly url: string;
  /** The certificate to trust. */
  readonly ca: string;
  readonly #folder: string;
  readonly #process: ChildProcess;
  #said = '';

  private constructor(name: ProxyName, ca: string, { folder, port }: Places) {
    this.url = `https://127.0.0.1:${port}`;
    this.ca = ca;
    this.#folder = folder;
    const config = join(folder, 'config');
    const args =
      name === 'nginx'
        ? ['-p', folder, '-c', config, '-e', 'stderr']
        : ['run', '--adapter', 'caddyfile', '--config', config];
    this.#process = spawn(name, args, {
      env: { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin`, HOME: folder, XDG_DATA_HOME: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk;
    });
  }

  /** Resolves once it listens. It passes everything on to this port of the loopback. */
  static async start(name: ProxyName, targetPort: number): Promise<ReverseProxy> {
    const places = { folder: await mkdtemp(join(tmpdir(), `everroom-${name}-`)), port: await freePort(), targetPort };
    const now = Date.now();
    const { cert, key } = makeCertificate({ hosts: ['127.0.0.1'], from: now - DAY_MS, until: now + DAY_MS });
    await writeFile(join(places.folder, 'cert.pem'), cert);
    await writeFile(join(places.folder, 'key.pem'), key);
    await writeFile(join(places.folder, 'config'), name === 'nginx' ? await nginx(places) : await caddy(places));
    const proxy = new ReverseProxy(name, cert, places);
    try {
      await once(proxy.#process, 'spawn');
      await waitUntil(async () => (await listens(places.port)) || `${name} does not listen. It said:\n${proxy.#said}`);
    } catch (error) {
      await proxy.stop();
      throw error;
    }
    return proxy;
  }

  async stop(): Promise<void> {
    if (this.#process.pid !== undefined && this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function nginx({ folder, port, targetPort }: Places): Promise<string> {
  const documented = changed(await block('nginx'), [
    ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
    ['/etc/letsencrypt/live/meet.example.org/fullchain.pem', join(folder, 'cert.pem')],
    ['/etc/letsencrypt/live/meet.example.org/privkey.pem', join(folder, 'key.pem')],
    ['http://127.0.0.1:3000', `http://127.0.0.1:${targetPort}`],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${join(folder, what)};`)
    .join('\n');
  return `daemon off;\nmaster_process off;\npid ${join(folder, 'pid')};\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${documented}\n}\n`;
}

async function caddy({ folder, port, targetPort }: Places): Promise<string> {
  const documented = changed(await block('caddyfile'), [
    [
      'meet.example.org {',
      `https://127.0.0.1:${port} {\n  bind 127.0.0.1\n  tls ${join(folder, 'cert.pem')} ${join(folder, 'key.pem')}`,
    ],
    ['127.0.0.1:3000', `127.0.0.1:${targetPort}`],
  ]);
  return `{\n  admin off\n  auto_https off\n}\n${documented}`;
}

/** Returns the example in this language in docs/operating.md. */
async function block(language: string): Promise<string> {
  const page = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  const found = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)?.[1];
  if (!found) throw new Error(`docs/operating.md shows no ${language}`);
  return found;
}

function changed(text: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the example in docs/operating.md has no ${from}`);
    return before.replace(from, to);
  }, text);
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // Not yet.
  } finally {
    socket.destroy();
  }
}
