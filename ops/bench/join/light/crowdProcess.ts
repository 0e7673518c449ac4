import { Rpc } from '../../../kit/rpc.ts';
import { type Arrival, LightClient, type Person } from './LightClient.ts';
import { createSelfSigned } from './selfSigned.ts';

/** Some of the light clients of each crowd. Its parent calls it, and it ends with its parent. */
const LIMIT_MS = 30_000;

let clients: LightClient[] = [];

new Rpc(process, {
  /** Everybody is there, with a certificate and a socket for media, and has not dialled yet. */
  async prepare(url: string, people: readonly Person[], publishers: number) {
    clients = await Promise.all(
      people.map((person) => {
        const certificate = createSelfSigned(person.name, Date.now());
        return LightClient.prepare({ url, person, certificate, publishers });
      }),
    );
  },

  /** All of them begin now; resolves when all have seen and heard everybody. */
  async join(): Promise<Arrival[]> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const missing = clients.flatMap((client) => client.missing ?? []);
        reject(new Error(`after ${LIMIT_MS} ms ${missing.join(', ')}`));
      }, LIMIT_MS);
    });
    try {
      return await Promise.race([Promise.all(clients.map((client) => client.join())), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  },

  async close() {
    for (const client of clients) client.close();
    clients = [];
  },
});

process.on('disconnect', () => process.exit(0));
