import { useState } from 'react';
import { useMoment } from '../../lib/useMoment.ts';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { NOBODY, steadyForMs, steadySpeaker } from './steadySpeaker.ts';

/** Returns whom of the others to show as the speaker; null before anybody spoke. See `steadySpeaker`. */
export function useSteadySpeaker({ others, speakers }: MeetingSnapshot): string | null {
  const [shown, setShown] = useState(NOBODY);
  const present = new Set(others.map(({ id }) => id));
  const next = useMoment(
    (now) => steadySpeaker(shown, speakers, present, now),
    (now) => steadyForMs(shown, speakers, present, now),
  );
  if (next !== shown) setShown(next); // Nothing changes in the next pass: `next` is held from now on.
  return next.id;
}
