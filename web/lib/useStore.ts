import { useCallback, useSyncExternalStore } from 'react';

interface Store<Snapshot> {
  subscribe(listener: () => void): () => void;
  getSnapshot(): Snapshot;
}

/** Returns the current snapshot of a store; its methods need not be bound. */
export function useStore<Snapshot>(store: Store<Snapshot>): Snapshot {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  return useSyncExternalStore(subscribe, () => store.getSnapshot());
}
