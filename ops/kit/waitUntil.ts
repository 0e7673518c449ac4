import { setTimeout as sleep } from 'node:timers/promises';

/** Asking costs every client and page something: not so often that it disturbs what is waited for. */
const ASK_EVERY_MS = 100;

/** Waits until `missing` answers null. Until then it says what is missing: that is the error after `limitMs`. */
export async function waitUntilNothingMissing(
  what: string,
  missing: () => Promise<string | null>,
  limitMs: number,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const reason = await missing();
    if (reason === null) return;
    if (Date.now() > deadline) throw new Error(`${what}: after ${limitMs} ms ${reason}`);
    await sleep(ASK_EVERY_MS);
  }
}
