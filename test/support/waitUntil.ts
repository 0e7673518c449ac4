import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until `check` returns true. Until then `check` returns what is missing, which is the error after `timeoutMs`.
 * The default allows for a busy machine and promises nothing.
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
