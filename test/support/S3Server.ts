import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../ops/kit/freePort.ts';
import { commandPath } from '../../ops/setup/processes.mjs';
import type { S3Config } from '../../recovery/files/S3Bucket.ts';
import { S3StandIn } from './S3StandIn.ts';
import { waitUntil } from './waitUntil.ts';

const BUCKET = 'everroom-files';
const PATH = `${process.env.PATH ?? ''}:${join(homedir(), 'go', 'bin')}`;
const VERSITY = commandPath('versitygw', { PATH });

/** The S3 server of Versity where it is installed, else a stand-in. */
export const S3_SERVER = VERSITY
  ? 'versitygw'
  : 'a stand-in: versitygw is not here (go install github.com/versity/versitygw/cmd/versitygw@v1.8.0)';

/** An S3 server with a bucket. What it keeps outlives `kill`, but not `stop`. */
export class S3Server {
  readonly config: S3Config;
  readonly #folder: string;
  readonly #standIn: S3StandIn;
  #process: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.config = {
      ...{ endpoint: `http://127.0.0.1:${port}`, bucket: BUCKET, region: 'us-east-1', pathStyle: true },
      ...{ accessKey: 'everroom', secretKey: { reveal: () => 'the-secret-of-this-test' } },
    };
    this.#standIn = new S3StandIn(this.config);
  }

  static async start(): Promise<S3Server> {
    const folder = await mkdtemp(join(tmpdir(), 'everroom-s3-'));
    // Versity's buckets are folders.
    await mkdir(join(folder, BUCKET));
    const server = new S3Server(folder, await freePort());
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    if (!VERSITY) return this.#standIn.start();
    const { accessKey, secretKey, endpoint } = this.config;
    const env = { PATH, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey.reveal() };
    const args = ['--quiet', '--port', new URL(endpoint).host, 'posix', this.#folder];
    this.#process = spawn(VERSITY, args, { env, stdio: 'ignore' });
    await once(this.#process, 'spawn');
    await waitUntil(() =>
      fetch(endpoint).then(
        () => true,
        () => 'versitygw does not answer',
      ),
    );
  }

  async kill(): Promise<void> {
    await this.#standIn.kill();
    const running = this.#process;
    this.#process = undefined;
    if (!running) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
