import { locale } from '../../i18n/i18n.ts';

/** 754000 → "12:34"; from an hour on "1:02:03". */
export function formatRunning(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** 754000 → "12 minutes"; hours from two hours on, seconds below a minute. */
export function formatLength(ms: number, as: string = locale()): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  const [unit, value] =
    seconds < 60
      ? (['second', seconds] as const)
      : seconds < 7_200
        ? (['minute', Math.round(seconds / 60)] as const)
        : (['hour', seconds / 3_600] as const);
  const style = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(as, style).format(value);
}

/** "Monday 10:42"; the date instead of the day once that could be another one. */
export function formatWhen(at: number, now: number, as: string = locale()): string {
  const isRecent = now - at < 6 * 86_400_000 && at <= now;
  const day = isRecent ? ({ weekday: 'long' } as const) : ({ day: 'numeric', month: 'long', year: 'numeric' } as const);
  return new Intl.DateTimeFormat(as, { ...day, hour: 'numeric', minute: '2-digit' }).format(at);
}
