import { useEffect, useRef } from 'react';
import { wantsLetters } from '../controls/keyTargets.ts';

/** The keys 1 to 9 pin the tiles of the stage, in their order. `keys`: those of the tiles. */
export function usePinKeys(keys: readonly string[], onPin: (key: string) => void, active: boolean): void {
  const latest = useRef({ keys, onPin });
  latest.current = { keys, onPin };
  useEffect(() => {
    if (!active) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey)
        return;
      const place = /^[1-9]$/u.test(event.key) ? Number(event.key) : 0;
      const key = latest.current.keys[place - 1];
      if (key === undefined || wantsLetters(event.target)) return;
      event.preventDefault();
      latest.current.onPin(key);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [active]);
}
