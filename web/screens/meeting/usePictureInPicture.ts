import { useCallback, useEffect, useState } from 'react';
import { canShowVideo, canShowWindow, openWindow } from '../../lib/pictureInPicture.ts';

export interface PictureInPicture {
  readonly available: boolean;
  readonly isOpen: boolean;
  /** The small window, while it is open. */
  readonly window: Window | null;
  /** Whether a video is to be shown by itself, for want of such windows. */
  readonly bare: boolean;
  /** @throws DOMException when the browser refuses */
  readonly toggle: () => Promise<void>;
  readonly close: () => void;
}

/** A small picture of the meeting above all other windows: with controls where the browser can, else a bare video. */
export function usePictureInPicture(): PictureInPicture {
  const [small, setSmall] = useState<Window | null>(null);
  const [bare, setBare] = useState(false);
  const close = useCallback(() => {
    setSmall(null);
    setBare(false);
  }, []);
  useEffect(() => {
    if (small === null) return;
    small.addEventListener('pagehide', close);
    return () => {
      small.removeEventListener('pagehide', close);
      small.close();
    };
  }, [small, close]);

  const isOpen = small !== null || bare;
  const toggle = useCallback(async () => {
    if (isOpen) close();
    else if (canShowWindow()) setSmall(await openWindow());
    else setBare(true);
  }, [isOpen, close]);
  return { available: canShowWindow() || canShowVideo(), isOpen, window: small, bare, toggle, close };
}
