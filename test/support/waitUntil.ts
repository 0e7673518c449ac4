import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until `check` returns true. While it does not, it returns what is missing: that is the error after `timeoutMs`.
 * The default is patience with a busy machine and promises nothing.
 */
export async function waitUntil(
  check: () => boolean | string | Promise<boolean | string>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const outcome = await check();
    if (outcome === true) return;
    if (Date.now() > deadline) throw new Error(`After ${timeoutMs} ms: ${outcome || check.toString()}`);
    await sleep(5);
  }
}
