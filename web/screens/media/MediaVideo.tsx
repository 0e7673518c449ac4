import { useEffect, useRef, useState } from 'react';
import type { PublishedMedia } from '../../model/Meeting.ts';
import './MediaVideo.css';

interface MediaVideoProps {
  media: PublishedMedia;
  fit: 'cover' | 'contain';
  mirrored?: boolean;
  label: string;
  /** Gets the element, and null when it is gone. */
  onElement?: (element: HTMLVideoElement | null) => void;
}

/**
 * A published video in its own element, transparent until its first picture; after that it holds the last one through
 * every interruption. `AudioOutput` plays all sound; this element plays none.
 */
export function MediaVideo({ media, fit, mirrored = false, label, onElement }: MediaVideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  const [started, setStarted] = useState(false);
  const { attach } = media;
  useEffect(() => (element.current ? attach(element.current) : undefined), [attach]);
  useEffect(() => {
    onElement?.(element.current);
    return () => onElement?.(null);
  }, [onElement]);
  return (
    <video
      ref={element}
      className={`media-video ${fit}${mirrored ? ' mirrored' : ''}${started ? ' started' : ''}`}
      aria-label={label}
      autoPlay
      playsInline
      muted
      onLoadedData={() => setStarted(true)}
    />
  );
}
