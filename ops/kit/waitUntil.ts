import { setTimeout as sleep } from 'node:timers/promises';

/** Each look costs every client and page some CPU. More often, it would disturb what it waits for. */
const ASK_EVERY_MS = 100;

/** Waits until `missing` returns null. @throws Error with what is missing after `limitMs`. */
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
