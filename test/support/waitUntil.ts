import { setTimeout as sleep } from 'node:timers/promises';

const OFTEN_MS = 5;
const SELDOM_MS = 200;
/** A look into a browser costs as much CPU as a picture: at most a tenth of a long wait goes into looking. */
const SHARE = 10;

/**
 * Waits until `check` returns true. Until then `check` returns what is missing, which is the error after `timeoutMs`.
 * The default allows for a very busy machine and promises nothing.
 */
export async function waitUntil(
  check: () => boolean | string | Promise<boolean | string>,
  timeoutMs = 60_000,
): Promise<void> {
  const begun = Date.now();
  for (;;) {
    const lookedAt = performance.now();
    const outcome = await check();
    if (outcome === true) return;
    const lookMs = performance.now() - lookedAt;
    const waited = Date.now() - begun;
    if (waited > timeoutMs) throw new Error(`After ${timeoutMs} ms: ${outcome || check.toString()}`);
    await sleep(Math.min(SELDOM_MS, OFTEN_MS + Math.min(waited / SHARE, lookMs * SHARE)));
  }
}
