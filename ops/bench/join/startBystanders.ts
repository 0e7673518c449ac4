import { randomBytes } from 'node:crypto';
import type { Socket } from 'socket.io-client';
import { z } from 'zod';
import { Id, RtpCapabilities, TrackKind } from '../../../signaling/protocol/shapes.ts';
import { ask } from '../../kit/ask.ts';
import { enter } from '../../kit/enter.ts';
import { waitUntilNothingMissing } from '../../kit/waitUntil.ts';
import type { Newcomers, Person } from './Newcomers.ts';

/** The parts of the server's answers that this benchmark reads. */
const Joined = z.object({ rtpCapabilities: RtpCapabilities });
const Opened = z.object({ transports: z.object({ recv: z.object({ id: Id }) }) });
const Offered = z.object({ consumers: z.array(z.object({ trackId: Id, kind: TrackKind })) });

/** A page measures its tiles once they are there, and reports them a little later (client/view). */
const VIEW_AFTER_MS = 150;
const TILE = { width: 320, height: 180, pinned: false };
const LIMIT_MS = 30_000;

/**
 * A newcomer that only signals, in the order of our SDK. The server gives it transports and consumers, but it never
 * connects to them, so no media flows.
 */
class Bystander {
  readonly #url: string;
  readonly #person: Person;
  #socket: Socket | undefined;
  #reporting: ReturnType<typeof setTimeout> | undefined;
  #failure: Error | undefined;
  readonly #tracks = new Map<string, TrackKind>();

  constructor(url: string, person: Person) {
    this.#url = url;
    this.#person = person;
  }

  get offers(): number {
    if (this.#failure) throw this.#failure;
    return this.#tracks.size;
  }

  /** Returns the time of the room's answer, ms since the epoch. */
  async join(): Promise<number> {
    try {
      return await this.#join();
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  close(): void {
    clearTimeout(this.#reporting);
    this.#socket?.disconnect();
  }

  async #join(): Promise<number> {
    const { socket, joined } = enter(this.#url, this.#person.token, this.#person.name);
    this.#socket = socket;
    socket.on('consumersOpened', (offers: unknown, acknowledge: () => void) => {
      this.#consume(socket, Offered.parse(offers));
      acknowledge();
    });
    const { rtpCapabilities } = Joined.parse(await joined);
    socket.on('disconnect', (reason) => {
      this.#failure = new Error(`${this.#person.name} was disconnected: ${reason}`);
    });
    const joinedAt = performance.timeOrigin + performance.now();
    const { transports } = Opened.parse(await ask(socket, 'openMedia', { rtpCapabilities }));
    const value = randomBytes(32).toString('hex').toUpperCase().match(/../g)?.join(':') ?? '';
    await ask(socket, 'connectTransport', {
      transportId: transports.recv.id,
      dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] },
    });
    return joinedAt;
  }

  #consume(socket: Socket, { consumers }: z.infer<typeof Offered>): void {
    for (const { trackId, kind } of consumers) this.#tracks.set(trackId, kind);
    const videos = [...this.#tracks].filter(([, kind]) => kind === 'video');
    const tiles = videos.map(([trackId]) => ({ trackId, ...TILE }));
    clearTimeout(this.#reporting);
    this.#reporting = setTimeout(() => {
      ask(socket, 'setView', { tiles }).catch((error: unknown) => {
        this.#failure = new Error(`${this.#person.name} could not report its tiles`, { cause: error });
      });
    }, VIEW_AFTER_MS);
  }
}

/** Newcomers that only signal, all in this process. They have everything when they were offered every track. */
export function startBystanders(url: string, people: readonly Person[], publishers: number): Newcomers {
  const bystanders = people.map((person) => new Bystander(url, person));
  return {
    pids: [process.pid],
    async join() {
      const joined = await Promise.all(bystanders.map((bystander) => bystander.join()));
      const expected = bystanders.length * publishers * 2;
      const missing = async (): Promise<string | null> => {
        const offered = bystanders.reduce((sum, { offers }) => sum + offers, 0);
        return offered === expected ? null : `${offered} of ${expected} tracks were offered`;
      };
      await waitUntilNothingMissing('the crowd does not get every track', missing, LIMIT_MS);
      return { joined, firstPicture: [], firstSound: [] };
    },
    async close() {
      for (const bystander of bystanders) bystander.close();
    },
  };
}
