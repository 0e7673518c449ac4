import { describe, expect, it } from 'vitest';
import { EntryPace } from './EntryPace.ts';

/** Entries that end when the test says so. */
class Entries {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, { ok: () => void; fail: () => void }>();

  entry(name: string): () => Promise<string> {
    return () => {
      this.begun.push(name);
      return new Promise((resolve, reject) => {
        this.#ends.set(name, { ok: () => resolve(name), fail: () => reject(new Error(name)) });
      });
    };
  }

  async end(name: string, how: 'ok' | 'fail' = 'ok'): Promise<void> {
    this.#ends.get(name)?.[how]();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
}

describe('EntryPace', () => {
  const start = (atOnce: number) => {
    const state = { nowMs: 0, busy: false };
    const pace = new EntryPace({ atOnce, isBusy: () => state.busy, elapsed: () => state.nowMs });
    return { pace, state, entries: new Entries() };
  };

  it('a node lets a few in at a time, those who come back first, and goes on after one that failed', async () => {
    const { pace, entries } = start(2);
    const results = [
      pace.run(false, entries.entry('a')),
      pace.run(false, entries.entry('b')),
      pace.run(false, entries.entry('c')),
      pace.run(true, entries.entry('back')),
    ];
    const settled = Promise.allSettled(results);
    await Promise.resolve();
    expect(entries.begun).toEqual(['a', 'b']);
    expect(pace.waiting).toBe(2);
    await entries.end('a', 'fail');
    expect(entries.begun).toEqual(['a', 'b', 'back']);
    await entries.end('b');
    await entries.end('back');
    await entries.end('c');
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  });

  it('a node refuses those who would wait too long, and says when to come back', async () => {
    const { pace, state, entries } = start(1);
    for (let i = 0; i < 100; i += 1) {
      const done = pace.run(false, entries.entry(`slow-${i}`));
      await Promise.resolve();
      state.nowMs += 2_000;
      await entries.end(`slow-${i}`);
      await done;
    }
    const queued = [1, 2, 3, 4].map((i) => pace.run(false, entries.entry(`queued-${i}`)).catch((error) => error));
    const refused = await pace.run(false, entries.entry('late')).catch((error) => error);
    expect(refused).toMatchObject({ code: 'BUSY' });
    expect(refused.retryAfterMs).toBeGreaterThan(2_000);
    expect(refused.retryAfterMs).toBeLessThan(10_000);
    // Whoever comes back waits only for others who do.
    const back = pace.run(true, entries.entry('back'));
    await entries.end('queued-1');
    await entries.end('back');
    await expect(back).resolves.toBe('back');
    for (const i of [2, 3, 4]) await entries.end(`queued-${i}`);
    expect(await Promise.all(queued)).toEqual(['queued-1', 'queued-2', 'queued-3', 'queued-4']);
  });

  it('a node lets fewer in while it is late with its work', async () => {
    const { pace, state, entries } = start(4);
    state.busy = true;
    const all = ['a', 'b', 'c'].map((name) => pace.run(false, entries.entry(name)));
    await Promise.resolve();
    expect(entries.begun).toEqual(['a']);
    state.busy = false;
    await entries.end('a');
    expect(entries.begun).toEqual(['a', 'b', 'c']);
    await entries.end('b');
    await entries.end('c');
    await Promise.all(all);
  });
});
