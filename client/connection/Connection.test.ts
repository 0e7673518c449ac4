import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ErrorCode } from '../../signaling/protocol/errors.ts';
import type { EntryAnswer } from '../../signaling/protocol/requests.ts';
import { ConnectionLost, RequestRefused } from '../errors.ts';
import { Connection } from './Connection.ts';
import type { ConnectionOwner } from './ConnectionOwner.ts';
import type { GetJoinToken, JoinTokenWanted } from './JoinTokens.ts';
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
async function dial(_: unknown, signal: AbortSignal): Promise<Link> {
  dials += 1;
  await new Promise((resolve) => setTimeout(resolve, 500));
  if (signal.aborted) throw signal.reason;
  return links.shift() as unknown as Link;
}

const session = { resumeToken: 'resume', nodes: [], participantId: 'ann', roomId: 'room' } as unknown as EntryAnswer;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  links.length = 0;
});

function told() {
  const said: string[] = [];
  const formers: (Link | undefined)[] = [];
  const owner: ConnectionOwner = {
    standby: () => undefined,
    entryState: () => ({ position: { version: 1 }, rtpCapabilities: undefined, view: undefined, expected: [] }),
    entered: (_, __, how, former) => {
      said.push(how);
      formers.push(former);
    },
    notified: () => undefined,
    invalid: () => undefined,
    suspected: () => void said.push('suspected'),
    cleared: () => void said.push('cleared'),
    lost: () => void said.push('lost'),
    outdated: () => undefined,
    held: () => undefined,
    lobby: () => undefined,
    ended: (reason) => void said.push(`ended: ${reason}`),
    mediaBytes: async () => null,
    newId: () => 'id',
  };
  return { said, formers, owner };
}

async function connected(owner: ConnectionOwner, getJoinToken?: GetJoinToken): Promise<Connection> {
  const options = {
    nodes: ['http://node'],
    joinToken: 'join',
    device: undefined,
    resumeToken: undefined,
    getJoinToken,
    name: 'Ann',
    password: undefined,
    knock: false,
    follow: true,
  };
  const connection = new Connection(owner, options, dial);
  const opened = connection.open(10_000);
  await vi.advanceTimersByTimeAsync(1_000);
  await opened;
  return connection;
}

test('a session that was recorded before its media failed does not end the client when it replaces the old one', async () => {
  const { said, owner } = told();
  const first = new FakeLink(async () => session);
  const failing = new FakeLink(async () => {
    // The resume is in the journal by now: the node of the old link hears of it.
    throw new RequestRefused('MEDIA_UNAVAILABLE', 'no transports');
  });
  const last = new FakeLink(async () => session);
  links.push(first, failing, last);
  const connection = await connected(owner);
  first.silent = true;
  while (dials < 3) await vi.advanceTimersByTimeAsync(100);
  first.silent = false;
  first.listener?.notified({ name: 'sessionEnded', body: { reason: 'replaced' }, acknowledge: undefined });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(said).toEqual(['joined', 'suspected', 'lost', 'resumed']);
  connection.close();
});

/** As a server signs it, for these eyes only. */
function tokenFor(sub: string): string {
  return `e.${btoa(JSON.stringify({ room: 'room', sub }))}.s`;
}

function refusing(code: ErrorCode): FakeLink {
  return new FakeLink(async () => {
    throw new RequestRefused(code, 'no');
  });
}

test('a client asks once for another join token: when one has expired, and when its stay is over', async () => {
  const { said, owner } = told();
  const asked: JoinTokenWanted[] = [];
  const getJoinToken: GetJoinToken = async (wanted) => {
    asked.push(wanted);
    return tokenFor('ann');
  };
  const first = new FakeLink(async () => session);
  links.push(refusing('TOKEN_EXPIRED'), first);
  const connection = await connected(owner, getJoinToken);
  expect(asked).toEqual([{ reason: 'TOKEN_EXPIRED', participantId: null }]);

  // The room forgot the person, and the token that let them in has expired meanwhile.
  links.push(refusing('TOKEN_EXPIRED'), new FakeLink(async () => session));
  first.listener?.notified({ name: 'sessionEnded', body: { reason: 'expired' }, acknowledge: undefined });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked[1]).toEqual({ reason: 'TOKEN_EXPIRED', participantId: 'ann' });
  expect(said).toEqual(['joined', 'lost', 'joined']);
  connection.close();
});

test('a join token for somebody else, or none, ends the stay, and who was removed is not asked for one', async () => {
  for (const [code, token, times, end] of [
    ['TOKEN_EXPIRED', tokenFor('bob'), 1, 'expired'],
    ['TOKEN_REVOKED', null, 1, 'refused'],
    ['REMOVED', tokenFor('ann'), 0, 'removed'],
  ] as const) {
    const { said, owner } = told();
    let asked = 0;
    const first = new FakeLink(async () => session);
    links.push(first, refusing(code), refusing(code));
    const connection = await connected(owner, async () => {
      asked += 1;
      return token;
    });
    first.listener?.notified({ name: 'sessionEnded', body: { reason: 'expired' }, acknowledge: undefined });
    await vi.advanceTimersByTimeAsync(5_000);
    expect([code, asked, said.at(-1)]).toEqual([code, times, `ended: ${end}`]);
    links.length = 0;
    connection.close();
  }
});

function askToMove(link: FakeLink): () => boolean {
  let acknowledged = false;
  const acknowledge = (): void => {
    acknowledged = true;
  };
  const body = { nodes: ['http://next'], withinMs: 20_000 };
  link.listener?.notified({ name: 'moveTo', body, acknowledge });
  return () => acknowledged;
}

test('a client moves to another node while its link serves, and tries again when a node fails it midway', async () => {
  const { said, formers, owner } = told();
  const first = new FakeLink(async () => session);
  const dying = new FakeLink(() => Promise.reject(new ConnectionLost('died')));
  const last = new FakeLink(async () => session);
  links.push(first, dying, last);
  const connection = await connected(owner);
  expect(askToMove(first)()).toBe(true);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(said).toEqual(['joined', 'moved']);
  expect(formers).toEqual([undefined, first]);
  expect([first.closed, dying.closed, last.closed]).toEqual([false, true, false]);
  // The old node ends what it kept.
  first.listener?.notified({ name: 'sessionEnded', body: { reason: 'replaced' }, acknowledge: undefined });
  first.listener?.closed('server');
  expect(said).toEqual(['joined', 'moved']);
  connection.close();
});

test('a client whose link dies while it moves comes back in the usual way', async () => {
  const { said, owner } = told();
  const [first, next] = [new FakeLink(async () => session), new FakeLink(async () => session)];
  links.push(first, next);
  const connection = await connected(owner);
  askToMove(first);
  first.listener?.closed('gone');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(said).toEqual(['joined', 'lost', 'resumed']);
  connection.close();
});

test('a move that may have been recorded and did not succeed ends in a new session', async () => {
  const { said, owner } = told();
  const first = new FakeLink(async () => session);
  const unclear = new FakeLink(async () => {
    throw new RequestRefused('INTERNAL', 'after the journal had it');
  });
  const refusing = new FakeLink(async () => {
    throw new RequestRefused('TOKEN_INVALID', 'another secret');
  });
  links.push(first, unclear, refusing, new FakeLink(async () => session));
  const connection = await connected(owner);
  askToMove(first);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(said).toEqual(['joined', 'lost', 'resumed']);
  expect(first.closed).toBe(true);
  connection.close();
});
