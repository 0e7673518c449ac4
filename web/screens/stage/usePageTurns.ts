import { type RefObject, useEffect, useRef } from 'react';

/** A finger that moves this far to the side, and less up or down, turns the page. */
const SWIPE_PX = 60;

/** Turns pages by Page Up and Page Down, and by swiping over the stage. `onIntent`: a finger is down. */
export function usePageTurns(
  stage: RefObject<HTMLElement | null>,
  count: number,
  turns: { readonly onTurn: (by: 1 | -1) => void; readonly onIntent: () => void },
): void {
  const latest = useRef(turns);
  latest.current = turns;
  const inPages = count > 1;
  useEffect(() => {
    const element = stage.current;
    if (!element || !inPages) return;
    let start: { readonly x: number; readonly y: number } | null = null;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      // Elsewhere these keys scroll.
      if (event.target !== document.body && !element.contains(event.target as Node)) return;
      if (event.key !== 'PageDown' && event.key !== 'PageUp') return;
      event.preventDefault();
      latest.current.onTurn(event.key === 'PageDown' ? 1 : -1);
    };
    const onTouchStart = ({ touches, target }: TouchEvent) => {
      const [finger, second] = touches;
      const moves = target instanceof Element && target.closest('.zoomed') !== null;
      start = finger && !second && !moves ? { x: finger.clientX, y: finger.clientY } : null;
      latest.current.onIntent();
    };
    const onTouchEnd = ({ changedTouches }: TouchEvent) => {
      const [finger] = changedTouches;
      if (!finger || !start) return;
      const [across, down] = [finger.clientX - start.x, finger.clientY - start.y];
      start = null;
      if (Math.abs(across) < SWIPE_PX || Math.abs(down) > Math.abs(across)) return;
      const forward = element.matches(':dir(rtl)') ? across > 0 : across < 0;
      latest.current.onTurn(forward ? 1 : -1);
    };
    addEventListener('keydown', onKeyDown);
    element.addEventListener('touchstart', onTouchStart, { passive: true });
    element.addEventListener('touchend', onTouchEnd);
    return () => {
      removeEventListener('keydown', onKeyDown);
      element.removeEventListener('touchstart', onTouchStart);
      element.removeEventListener('touchend', onTouchEnd);
    };
  }, [stage, inPages]);
}
