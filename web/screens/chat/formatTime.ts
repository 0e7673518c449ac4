import { locale, t } from '../../i18n/i18n.ts';

/** The time of day as the reader writes it. */
export function formatTime(at: number, as: string = locale()): string {
  return new Intl.DateTimeFormat(as, { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** "Today", "Yesterday", or the date; the year only if it is not the current one. */
export function formatDay(at: number, now: number, as: string = locale()): string {
  const day = startOfDay(at);
  const today = startOfDay(now);
  const days = Math.round((today - day) / 86_400_000); // Rounded: a day of a clock change has 23 or 25 hours.
  if (days === 0) return t('chat:today');
  if (days === 1) return t('chat:yesterday');
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const year = sameYear ? {} : { year: 'numeric' as const };
  return new Intl.DateTimeFormat(as, { weekday: 'long', day: 'numeric', month: 'long', ...year }).format(at);
}

export function isSameDay(at: number, now: number): boolean {
  return startOfDay(at) === startOfDay(now);
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
