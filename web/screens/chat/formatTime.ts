/** The time of day as the reader writes it. */
export function formatTime(at: number, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** "Today", "Yesterday", or the date; the year only if it is not the current one. */
export function formatDay(at: number, now: number, locale?: string): string {
  const day = startOfDay(at);
  const today = startOfDay(now);
  const days = Math.round((today - day) / 86_400_000); // Rounded: a day of a clock change has 23 or 25 hours.
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const year = sameYear ? {} : { year: 'numeric' as const };
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', ...year }).format(at);
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
