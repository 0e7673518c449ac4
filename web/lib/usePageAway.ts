import { useEffect, useState } from 'react';

/** Whoever looks elsewhere for a moment finds everything as it is. */
const AWAY_MS = 5_000;

/** Returns whether nobody has seen the page for some seconds. */
export function usePageAway(): boolean {
  const [away, setAway] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => setAway(true), AWAY_MS);
      else setAway(false);
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return away;
}
