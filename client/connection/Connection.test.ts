import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EntryAnswer } from '../../signaling/protocol/requests.ts';
import { RequestRefused } from '../errors.ts';
import { Connection } from './Connection.ts';
import type { ConnectionOwner } from './ConnectionOwner.ts';
import type { Link, LinkListener } from './Link.ts';

/** A link whose node answers as the test says. */
class FakeLink {
  readonly url = 'http://node';
  readonly isPolling = false;
  closed = false;
  silent = false;
  listener: LinkListener | undefined;
  entry: (name: string) => Promise<unknown>;
  #heardAt = performance.now();

  constructor(entry: (name: string) => Promise<unknown>) {
    this.entry = entry;
  }

  get lastHeardAt(): number {
    if (!this.silent) this.#heardAt = performance.now();
    return this.#heardAt;
  }

  listen(listener: LinkListener): void {
    this.listener = listener;
  }

  request(name: string): Promise<unknown> {
    return name === 'ping' ? Promise.resolve({}) : this.entry(name);
  }

  close(): void {
    this.closed = true;
  }
}

const links: FakeLink[] = [];
let dials = 0;
vi.mock('./dial.ts', () => ({
  dial: async () => {
    dials += 1;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return links.shift() as unknown as Link;
  },
}));

const session = { resumeToken: 'resume', nodes: [], participantId: 'ann', roomId: 'room' } as unknown as EntryAnswer;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  links.length = 0;
});

test('a session that was recorded before its media failed does not end the client when it replaces the old one', async () => {
  const told: string[] = [];
  const owner: ConnectionOwner = {
    entryState: () => ({ position: { version: 1 }, rtpCapabilities: undefined, view: undefined, expected: [] }),
    entered: (_, __, how) => void told.push(how),
    notified: () => undefined,
    invalid: () => undefined,
    suspected: () => void told.push('suspected'),
    cleared: () => void told.push('cleared'),
    lost: () => void told.push('lost'),
    outdated: () => undefined,
    held: () => undefined,
    lobby: () => undefined,
    ended: (reason) => void told.push(`ended: ${reason}`),
    mediaBytes: async () => null,
    newId: () => 'id',
  };
  const first = new FakeLink(async () => session);
  const failing = new FakeLink(async () => {
    // The resume is in the journal by now: the node of the old link hears of it.
    throw new RequestRefused('MEDIA_UNAVAILABLE', 'no transports');
  });
  const last = new FakeLink(async () => session);
  links.push(first, failing, last);
  const connection = new Connection(owner, {
    nodes: ['http://node'],
    joinToken: 'join',
    device: undefined,
    resumeToken: undefined,
    name: 'Ann',
    password: undefined,
    knock: false,
  });
  const opened = connection.open(10_000);
  await vi.advanceTimersByTimeAsync(500);
  await opened;
  first.silent = true;
  while (dials < 3) await vi.advanceTimersByTimeAsync(100);
  first.silent = false;
  first.listener?.notified({ name: 'sessionEnded', body: { reason: 'replaced' }, acknowledge: undefined });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told).toEqual(['joined', 'suspected', 'lost', 'resumed']);
  connection.close();
});
