import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../ops/kit/freePort.ts';
import { waitUntil } from './waitUntil.ts';

/** A real coturn that takes credentials made with a shared secret. */
export class Coturn {
  readonly secret = 'north-of-the-river-and-south';
  readonly #port: number;
  readonly #address: string;
  readonly #folder: string;
  readonly #process: ChildProcess;
  #said = '';

  private constructor(address: string, port: number, folder: string) {
    this.#address = address;
    this.#port = port;
    this.#folder = folder;
    this.#process = spawn(
      'turnserver',
      [
        ...['-n', '--no-cli', '--no-tls', '--no-dtls', '--log-file=stdout', '--new-log-timestamp', '--verbose'],
        ...[`--pidfile=${join(folder, 'pid')}`, `--userdb=${join(folder, 'users.sqlite')}`],
        ...[`--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${port}`],
        // As docs/operating.md says: relays lead to the media of this address and nowhere else.
        ...[`--allowed-peer-ip=${address}`, '--denied-peer-ip=0.0.0.0-255.255.255.255', '--no-multicast-peers'],
        ...['--denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '--fingerprint'],
        ...['--realm=everroom.test', '--use-auth-secret', `--static-auth-secret=${this.secret}`],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#said += chunk;
      });
    }
  }

  /** Resolves once it listens on this address of the machine. */
  static async start(address: string): Promise<Coturn> {
    const folder = await mkdtemp(join(tmpdir(), 'everroom-turn-'));
    const coturn = new Coturn(address, await freePort(), folder);
    try {
      await once(coturn.#process, 'spawn');
      await waitUntil(async () => (await coturn.#listens()) || `turnserver does not listen. It said:\n${coturn.#said}`);
    } catch (error) {
      await coturn.stop();
      throw error;
    }
    return coturn;
  }

  /** Clients reach it by TCP alone, as behind a firewall that lets no UDP through. */
  get urls(): string {
    return `turn:${this.#address}:${this.#port}?transport=tcp`;
  }

  /** Returns the names of the users that opened relays, in order. */
  get users(): string[] {
    return [...this.#said.matchAll(/user <([^>]+)>: incoming packet ALLOCATE processed, success/g)].map(
      ([, user]) => user ?? '',
    );
  }

  async stop(): Promise<void> {
    if (this.#process.pid !== undefined && this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #listens(): Promise<boolean> {
    const socket = connect(this.#port, this.#address);
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false; // Not yet.
    } finally {
      socket.destroy();
    }
  }
}
