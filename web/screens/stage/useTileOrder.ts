import { useState } from 'react';
import { useMoment } from '../../lib/useMoment.ts';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { type Arrangement, arrangeTiles } from './arrangeTiles.ts';
import { STEADY_MS } from './steadySpeaker.ts';

/** Returns participant ids in the order of their tiles; see `arrangeTiles`. */
export function useTileOrder(
  snapshot: MeetingSnapshot,
  { elsewhere, pageSize, page }: Pick<Arrangement, 'elsewhere' | 'pageSize' | 'page'>,
): readonly string[] {
  const [previous, setPrevious] = useState<readonly string[]>([]);
  const { self, others, speakers, lastSpokeAt } = snapshot;
  const order = useMoment(
    (now) =>
      arrangeTiles({
        present: [self.id, ...others.map((person) => person.id)],
        previous,
        speaking: speakers,
        lastSpokeAt,
        now,
        keptId: self.id,
        elsewhere,
        pageSize,
        page,
      }),
    // A speaker who is not seen waits until somebody on the page has been silent for long enough.
    () =>
      page === 0 && speakers.some((id) => previous.indexOf(id) >= pageSize) ? STEADY_MS / 4 : Number.POSITIVE_INFINITY,
  );
  const same = order.length === previous.length && order.every((id, index) => id === previous[index]);
  if (!same) setPrevious(order); // Nothing moves in the next pass, as arrangeTiles promises.
  return same ? previous : order;
}
