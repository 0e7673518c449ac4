import { useSyncExternalStore } from 'react';

/** A phone, upright or on its side: the header has no room for buttons. The same limits as in the style sheets. */
export const SMALL_SCREEN = '(max-width: 560px), (max-height: 480px) and (orientation: landscape)';

/** Returns whether the window matches `query` now. */
export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}
