const LOOK_EVERY_MS = 100;

/** @throws Error with what is missing when it takes too long */
export async function waitFor(
  isThere: () => boolean | Promise<boolean>,
  timeoutMs: number,
  missing: string,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  while (!(await isThere())) {
    if (performance.now() > until) throw new Error(missing);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
