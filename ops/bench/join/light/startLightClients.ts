import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Rpc } from '../../../drills/clients/rpc.ts';
import type { Cleanup } from '../../cleanup.ts';
import type { Newcomers } from '../joinWithMedia.ts';
import type { Arrival, Person } from './LightClient.ts';

const SCRIPT = fileURLToPath(new URL('./crowdProcess.ts', import.meta.url));
/** So that few wait for each other in one event loop, and not so many that switching between them counts. */
const PROCESSES = 4;

/** Light clients in a few processes, ready to join. */
export async function startLightClients(
  url: string,
  people: readonly Person[],
  publishers: number,
  cleanup: Cleanup,
): Promise<Newcomers> {
  const crowds = Array.from({ length: PROCESSES }, () => {
    const child = fork(SCRIPT, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const rpc = new Rpc(child);
    const exited = once(child, 'exit').then(() => rpc.end('light clients have ended'));
    return { child, rpc, exited };
  });
  const close = async (): Promise<void> => {
    for (const { child } of crowds) child.kill('SIGKILL');
    await Promise.all(crowds.map(({ exited }) => exited));
  };
  cleanup.add(close);
  await Promise.all(
    crowds.map(({ rpc }, index) => {
      const share = people.filter((_, person) => person % PROCESSES === index);
      return rpc.call('prepare', url, share, publishers);
    }),
  );
  return {
    async join() {
      const arrivals = await Promise.all(crowds.map(({ rpc }) => rpc.call('join') as Promise<Arrival[]>));
      const all = arrivals.flat();
      return {
        joined: all.map(({ joined }) => joined),
        firstPicture: all.flatMap(({ pictures }) => pictures),
        firstSound: all.flatMap(({ sounds }) => sounds),
      };
    },
    close,
  };
}
