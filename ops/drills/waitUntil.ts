import { setTimeout as sleep } from 'node:timers/promises';

const ASK_EVERY_MS = 25;

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
