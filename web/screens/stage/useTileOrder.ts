import { useState } from 'react';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { arrangeTiles } from './arrangeTiles.ts';

/** Returns participant ids in the order of their tiles; see `arrangeTiles`. */
export function useTileOrder(snapshot: MeetingSnapshot, pageSize: number): readonly string[] {
  const [previous, setPrevious] = useState<readonly string[]>([]);
  const order = arrangeTiles({
    present: [snapshot.self.id, ...snapshot.others.map((person) => person.id)],
    previous,
    speaking: snapshot.speakers,
    lastSpokeAt: snapshot.lastSpokeAt,
    keptId: snapshot.self.id,
    pageSize,
  });
  const same = order.length === previous.length && order.every((id, index) => id === previous[index]);
  if (!same) setPrevious(order); // Nothing moves in the next pass, as arrangeTiles promises.
  return same ? previous : order;
}
