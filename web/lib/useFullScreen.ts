import { useEffect, useState } from 'react';

interface FullScreen {
  readonly available: boolean;
  readonly isFull: boolean;
  readonly toggle: () => void;
}

export function useFullScreen(): FullScreen {
  const [isFull, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const update = () => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', update);
    return () => document.removeEventListener('fullscreenchange', update);
  }, []);
  const toggle = () => {
    const change = isFull ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    change.catch((reason: unknown) => console.warn('the browser keeps the window as it is', reason));
  };
  return { available: document.fullscreenEnabled, isFull, toggle };
}
