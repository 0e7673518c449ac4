import { useEffect, useState } from 'react';

/**
 * Returns what `read` says of this moment, and renders again when `nextMs` says that it will be something else; never
 * again if that is infinite.
 */
export function useMoment<Value>(read: (now: number) => Value, nextMs: (now: number) => number): Value {
  const [, setTick] = useState(0);
  const now = Date.now();
  const dueMs = nextMs(now);
  useEffect(() => {
    if (!Number.isFinite(dueMs)) return;
    const timer = setTimeout(() => setTick((tick) => tick + 1), Math.max(1, dueMs));
    return () => clearTimeout(timer);
  });
  return read(now);
}
