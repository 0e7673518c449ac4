import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRoom, mintToken } from './api.ts';

const BUSY = () =>
  Response.json({ error: { code: 'BUSY', message: '' } }, { status: 503, headers: { 'retry-after': '2' } });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Answers with these replies in turn, then with the last of them. Returns when it was asked, in ms. */
function serverThatSays(...replies: (() => Response)[]): number[] {
  const asked: number[] = [];
  const startedAt = Date.now();
  vi.stubGlobal('fetch', async () => {
    asked.push(Date.now() - startedAt);
    return (replies.length > 1 ? replies.shift() : replies[0])?.();
  });
  return asked;
}

test('a busy server is asked again when it says', async () => {
  const asked = serverThatSays(BUSY, BUSY, () => Response.json({ roomId: 'r', token: 't' }, { status: 201 }));
  const pass = mintToken('r');
  await vi.runAllTimersAsync();
  expect(await pass).toEqual({ roomId: 'r', token: 't' });
  expect(asked).toEqual([0, 2_000, 4_000]);
});

test('a room whose creation fails is created again with the same key, and the next one with another', async () => {
  const keys: (string | null)[] = [];
  let answers = false;
  vi.stubGlobal('fetch', async (_: string, { headers }: RequestInit) => {
    keys.push(new Headers(headers).get('idempotency-key'));
    if (!answers) throw new TypeError('the connection broke');
    return Response.json({ roomId: 'r', token: 't' }, { status: 201 });
  });
  await expect(createRoom('Stand-up')).rejects.toMatchObject({ code: 'UNREACHABLE' });
  answers = true;
  await createRoom('Stand-up');
  await createRoom('Stand-up');
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

test('a server that stays busy is not asked for ever, and other refusals are final', async () => {
  const asked = serverThatSays(BUSY);
  const pass = mintToken('r').catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  expect(await pass).toMatchObject({ code: 'BUSY' });
  expect(asked).toHaveLength(6);

  const refused = serverThatSays(() => Response.json({ error: { code: 'ROOM_CLOSED', message: '' } }, { status: 410 }));
  await expect(mintToken('r')).rejects.toMatchObject({ code: 'ROOM_CLOSED' });
  expect(refused).toHaveLength(1);
});
