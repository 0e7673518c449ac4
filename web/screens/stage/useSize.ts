import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { Box } from '../../lib/fitGrid.ts';

/** Returns the size of an element, as it changes. */
export function useSize<E extends HTMLElement>(): { ref: RefObject<E | null>; size: Box } {
  const ref = useRef<E>(null);
  const [size, setSize] = useState<Box>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, size };
}
