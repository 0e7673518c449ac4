import { useEffect, useRef, useState } from 'react';
import type { PublishedMedia } from '../../model/Meeting.ts';
import './MediaVideo.css';

interface MediaVideoProps {
  media: PublishedMedia;
  fit: 'cover' | 'contain';
  mirrored?: boolean;
  label: string;
}

/**
 * A published video in its own element, transparent until its first picture; after that it holds the last one through
 * every interruption. `AudioOutput` plays all sound; this element plays none.
 */
export function MediaVideo({ media, fit, mirrored = false, label }: MediaVideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  const [started, setStarted] = useState(false);
  const { attach } = media;
  useEffect(() => (element.current ? attach(element.current) : undefined), [attach]);
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
