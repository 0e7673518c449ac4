import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../../../kit/cleanup.ts';
import { Rpc } from '../../../kit/rpc.ts';
import type { Newcomers } from '../joinWithMedia.ts';
import type { Arrival, Person } from './LightClient.ts';

const SCRIPT = fileURLToPath(new URL('./crowdProcess.ts', import.meta.url));
/** So that few wait for each other in one event loop, and not so many that switching between them counts. */
const PROCESSES = 4;

interface Part {
  readonly child: ChildProcess;
  readonly rpc: Rpc;
}

/** A few processes that are light clients again and again: so they do not compile their program while they are measured. */
export class LightCrowd {
  readonly #parts: readonly Part[];

  constructor(cleanup: Cleanup) {
    this.#parts = Array.from({ length: PROCESSES }, () => {
      const child = fork(SCRIPT, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      const rpc = new Rpc(child);
      const exited = once(child, 'exit').then(() => rpc.end('light clients have ended'));
      cleanup.add(async () => {
        child.kill('SIGKILL');
        await exited;
      });
      return { child, rpc };
    });
  }

  /** The people who are to come next, ready to dial. One set of people at a time. */
  async prepare(url: string, people: readonly Person[], publishers: number): Promise<Newcomers> {
    await Promise.all(
      this.#parts.map(({ rpc }, index) => {
        const share = people.filter((_, person) => person % PROCESSES === index);
        return rpc.call('prepare', url, share, publishers);
      }),
    );
    return {
      pids: this.#parts.flatMap(({ child }) => child.pid ?? []),
      join: async () => {
        const arrivals = await Promise.all(this.#parts.map(({ rpc }) => rpc.call('join') as Promise<Arrival[]>));
        const all = arrivals.flat();
        return {
          joined: all.map(({ joined }) => joined),
          firstPicture: all.flatMap(({ pictures }) => pictures),
          firstSound: all.flatMap(({ sounds }) => sounds),
        };
      },
      close: async () => {
        await Promise.all(this.#parts.map(({ rpc }) => rpc.call('close')));
      },
    };
  }
}
