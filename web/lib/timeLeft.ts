/** Until the next look at the clock, for a text that counts seconds. */
export function nextSecondMs(endsAt: number | null, now: number): number {
  if (endsAt === null || endsAt <= now) return Number.POSITIVE_INFINITY;
  return (endsAt - now) % 1_000 || 1_000;
}

/** `4:07`; null without an end. */
export function timeLeft(endsAt: number | null, now: number): string | null {
  if (endsAt === null) return null;
  const seconds = Math.max(0, Math.ceil((endsAt - now) / 1_000));
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, '0')}`;
}
