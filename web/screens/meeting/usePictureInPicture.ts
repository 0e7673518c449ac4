import { useCallback, useEffect, useState } from 'react';
import { canShowVideo, canShowWindow, openWindow, toggleVideo } from '../../lib/pictureInPicture.ts';

export interface PictureInPicture {
  readonly available: boolean;
  /** The small window, while it is open. */
  readonly window: Window | null;
  /** @throws DOMException when the browser refuses */
  readonly toggle: () => Promise<void>;
}

/** A small picture of the meeting above all other windows: with controls where the browser can, else a bare video. */
export function usePictureInPicture(): PictureInPicture {
  const [small, setSmall] = useState<Window | null>(null);
  useEffect(() => {
    if (small === null) return;
    const closed = () => setSmall(null);
    small.addEventListener('pagehide', closed);
    return () => {
      small.removeEventListener('pagehide', closed);
      small.close();
    };
  }, [small]);

  const toggle = useCallback(async () => {
    if (small !== null) setSmall(null);
    else if (canShowWindow()) setSmall(await openWindow());
    else {
      const video = document.querySelector<HTMLVideoElement>('.tile.large video, .tile video');
      if (video) await toggleVideo(video);
    }
  }, [small]);
  return { available: canShowWindow() || canShowVideo(), window: small, toggle };
}
