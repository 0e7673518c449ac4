/** What placement knows of a worker. */
export interface WorkerLoad {
  /** Consumers now, and those expected for participants already placed. */
  readonly consumers: number;
  readonly usedByRoom: boolean;
}

/**
 * Returns the worker for a room's next participant, which will bring `expected` consumers: the room's own while there
 * is space (no piping), else the least loaded one. Full everywhere, it is the least loaded too: media gets worse before
 * anybody is refused.
 */
export function placeParticipant(loads: readonly WorkerLoad[], expected: number, capacity: number): number {
  const hasSpace = (load: WorkerLoad): boolean => load.consumers + expected <= capacity;
  const ofRoom = leastLoaded(loads, (load) => load.usedByRoom && hasSpace(load));
  const withSpace = ofRoom ?? leastLoaded(loads, hasSpace) ?? leastLoaded(loads, () => true);
  if (withSpace === null) throw new Error('there is no media worker');
  return withSpace;
}

function leastLoaded(loads: readonly WorkerLoad[], fits: (load: WorkerLoad) => boolean): number | null {
  let best: number | null = null;
  for (const [index, load] of loads.entries()) {
    if (!fits(load)) continue;
    const bestLoad = best === null ? undefined : loads[best];
    if (!bestLoad || load.consumers < bestLoad.consumers) best = index;
  }
  return best;
}
