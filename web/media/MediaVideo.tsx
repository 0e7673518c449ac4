import { useEffect, useRef } from 'react';
import type { PublishedMedia } from '../meeting/Meeting.ts';

/** A published video in an element of its own. Sound is played by `AudioOutput`, never from here. */
export function MediaVideo({ media, mirrored = false, fit }: { media: PublishedMedia; mirrored?: boolean; fit: 'cover' | 'contain' }) {
  const element = useRef<HTMLVideoElement>(null);
  const { attach } = media;
  useEffect(() => (element.current ? attach(element.current) : undefined), [attach]);
  return (
    <video
      ref={element}
      className={`media-video ${fit}${mirrored ? ' mirrored' : ''}`}
      autoPlay
      playsInline
      muted
      disablePictureInPicture={mirrored}
    />
  );
}
