import { nextSecondMs, timeLeft } from '../lib/timeLeft.ts';
import { useMoment } from '../lib/useMoment.ts';

/** `4:07`; nothing without an end. A screen reader would read each second: it says nothing, and finds the `label`. */
export function TimeLeft({ endsAt, label }: { endsAt: number | null; label: (time: string) => string }) {
  const time = useMoment(
    (now) => timeLeft(endsAt, now),
    (now) => nextSecondMs(endsAt, now),
  );
  if (time === null) return null;
  return (
    <span className="banner-time" role="timer" aria-live="off" aria-label={label(time)}>
      {time}
    </span>
  );
}
