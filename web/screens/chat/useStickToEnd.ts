import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** How far from the end a reader may have scrolled and still follow the newest messages. */
const NEAR_PX = 80;

/**
 * Keeps a list at its end while it grows, unless the reader scrolled back. When what it begins with (`first`) changes,
 * what the reader sees stays where it is.
 */
export function useStickToEnd(content: unknown, first: string | undefined): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const before = useRef({ first, height: 0 });

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
    const element = list.current;
    if (!element) return;
    const grownBy = element.scrollHeight - before.current.height;
    if (before.current.first !== first && before.current.height > 0) element.scrollTop += grownBy;
    else if (following.current) element.scrollTop = element.scrollHeight;
    before.current = { first, height: element.scrollHeight };
  }, [content]);

  return list;
}
