import { setTimeout as sleep } from 'node:timers/promises';

/** A look into a browser costs as much CPU as a picture, so whoever waits long looks seldom. */
const SELDOM_MS = 200;

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
    const outcome = await check();
    if (outcome === true) return;
    const waited = Date.now() - begun;
    if (waited > timeoutMs) throw new Error(`After ${timeoutMs} ms: ${outcome || check.toString()}`);
    await sleep(Math.min(SELDOM_MS, 5 + waited / 10));
  }
}
