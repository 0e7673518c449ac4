/** How long to wait before the attempt that follows `failures` failures in a row, in milliseconds. */
export function backoffMs(failures: number): number {
  if (failures <= 2) return 0;
  return Math.min(10_000, 250 * 4 ** (failures - 3));
}
