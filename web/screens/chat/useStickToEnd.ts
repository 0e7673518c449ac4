import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** How far from the end a reader may have scrolled and still follow the newest messages. */
const NEAR_PX = 80;

/** Keeps a list at its end while it grows, unless the reader scrolled back. */
export function useStickToEnd(content: unknown): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  const following = useRef(true);

  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const note = () => {
      following.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    };
    element.addEventListener('scroll', note, { passive: true });
    return () => element.removeEventListener('scroll', note);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the content is what may have moved the end.
  useLayoutEffect(() => {
    if (following.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [content]);

  return list;
}
