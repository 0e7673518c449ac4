import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';

/** What an attack did: how often it tried, how often it was refused or cut off, and how often it got into a room. */
export interface Tally {
  tried: number;
  stopped: number;
  entered: number;
}

/** One hostile client without the API key. It tries again and again until `isOver`. */
export type Attack = (url: string, tally: Tally, isOver: () => boolean) => Promise<void>;

/** Where an attacker sends to, and the address that it says it has: the server believes what its proxy tells. */
interface Aim {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Attackers of one attack, each at an address of its own: what is limited for an address alone stops none of the
 * others.
 */
const SIDE_BY_SIDE = 20;
/** Between two tries after a refusal: without it the attacker's own process would be what is measured. */
const PAUSE_MS = 2;
const ANSWER_LIMIT_MS = 1_000;
const PEOPLE = '203.0.113';

const Pass = z.object({ roomId: z.string(), token: z.string() });

export function count(tally: Tally, stopped: boolean): void {
  tally.tried += 1;
  if (stopped) tally.stopped += 1;
}

/** The nets of RFC 5737, for documentation: people in rooms have another one, so that no attack before stops them. */
function aimOf(url: string, index: number, net = '198.51.100'): Aim {
  return { url, headers: { 'x-forwarded-for': `${net}.${index + 1}` } };
}

export function sideBySide(once: (aim: Aim, tally: Tally) => Promise<void>): Attack {
  return async (url, tally, isOver) => {
    const attackers = Array.from({ length: SIDE_BY_SIDE }, async (_, index) => {
      while (!isOver()) {
        await once(aimOf(url, index), tally).catch(() => count(tally, true));
        await sleep(PAUSE_MS);
      }
    });
    await Promise.all(attackers);
  };
}

/** One of the attackers who is in a room. */
export interface Seated {
  readonly aim: Aim;
  readonly person: Person;
  readonly tally: Tally;
  readonly isOver: () => boolean;
}

/** People of a room of the attackers' own, who all send the same request as fast as it is answered. */
export function seated(next: () => readonly [name: string, body: object]): Attack {
  return inside(async ({ person, tally }) => count(tally, !(await person.ask(...next()))));
}

/** People of a room of the attackers' own, who all do the same again and again. */
export function inside(once: (attacker: Seated) => Promise<void>): Attack {
  return async (url, tally, isOver) => {
    const roomId = (await persist(() => post(aimOf(url, 0, PEOPLE), '/api/rooms'), isOver))?.roomId;
    const attackers = Array.from({ length: SIDE_BY_SIDE }, async (_, index) => {
      const aim = aimOf(url, index, PEOPLE);
      const token = (await persist(() => post(aim, `/api/rooms/${roomId}/tokens`), isOver))?.token;
      while (token !== undefined && !isOver()) {
        await withSocket(aim, tally, async (socket) => {
          const person = new Person(socket);
          if (!(await person.enter(token))) {
            count(tally, true);
            return;
          }
          tally.entered += 1;
          while (isOpen(socket) && !isOver()) {
            await once({ aim, person, tally, isOver }).catch(() => count(tally, true));
            await sleep(PAUSE_MS);
          }
        });
        await sleep(PAUSE_MS);
      }
    });
    await Promise.all(attackers);
  };
}

/** Tries again while it is refused, as by a server that is too busy for newcomers. Returns null when it is over. */
async function persist<T>(attempt: () => Promise<T>, isOver: () => boolean): Promise<T | null> {
  while (!isOver()) {
    const result = await attempt().catch(() => null);
    if (result !== null) return result;
    await sleep(100);
  }
  return null;
}

/** One who speaks socket.io over a bare WebSocket. */
export class Person {
  /** What the answer to the entry had. */
  resumeToken = '';
  /** The address of the file for which it asked last. */
  link = '';
  readonly #socket: WebSocket;
  readonly #answers = new Map<string, (isOk: boolean) => void>();
  #lastId = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#hear(String(data)));
    socket.addEventListener('close', () => {
      for (const answered of this.#answers.values()) answered(false);
    });
  }

  async enter(token: string): Promise<boolean> {
    this.#socket.send(`40${JSON.stringify({ protocol: PROTOCOL_VERSION, token })}`);
    return (await this.#answer('40')) && this.ask('join', { commandId: randomUUID(), name: 'Mallory' });
  }

  /** Resolves with whether it was answered in time, and not refused. */
  ask(name: string, body: object): Promise<boolean> {
    this.#lastId += 1;
    this.#socket.send(`42${this.#lastId}${JSON.stringify([name, body])}`);
    return this.#answer(`43${this.#lastId}`);
  }

  async #answer(prefix: string): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isOk = await new Promise<boolean>((resolve) => {
      this.#answers.set(prefix, resolve);
      timer = setTimeout(() => resolve(false), ANSWER_LIMIT_MS);
    });
    clearTimeout(timer);
    this.#answers.delete(prefix);
    return isOk;
  }

  #hear(text: string): void {
    if (text === '2') this.#socket.send('3');
    this.resumeToken = /"resumeToken":"([^"]+)"/.exec(text)?.[1] ?? this.resumeToken;
    this.link = /"url":"(\/files\/[^"]+)"/.exec(text)?.[1] ?? this.link;
    const [prefix = ''] = /^4[03]\d*/.exec(text) ?? [];
    this.#answers.get(prefix)?.(!text.includes('"ok":false'));
    if (text.startsWith('44')) this.#answers.get('40')?.(false);
  }
}

async function post({ url, headers }: Aim, path: string): Promise<z.infer<typeof Pass>> {
  const response = await fetch(url + path, {
    method: 'POST',
    body: '{}',
    headers: { ...headers, 'content-type': 'application/json' },
  });
  return Pass.parse(await response.json());
}

export async function withSocket(
  { url, headers }: Aim,
  tally: Tally,
  use: (socket: WebSocket) => Promise<void>,
): Promise<void> {
  // Node's own WebSocket takes headers; its type is the browsers'.
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    headers,
  } as never);
  const opened = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true), { once: true });
    socket.addEventListener('error', () => resolve(false), { once: true });
  });
  if (!opened) {
    count(tally, true);
    return;
  }
  try {
    await use(socket);
  } finally {
    socket.close();
  }
}

export function isOpen(socket: WebSocket): boolean {
  return socket.readyState === WebSocket.OPEN;
}

export async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  await Promise.race([
    new Promise((resolve) => socket.addEventListener('close', resolve, { once: true })),
    sleep(1_000, undefined, { ref: false }),
  ]);
}
