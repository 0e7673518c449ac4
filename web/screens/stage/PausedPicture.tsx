import { VideoOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { Person } from '../../model/Meeting.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import './PausedPicture.css';

/** Stands in front of a picture that would only show what was: never a frozen face. */
export function PausedPicture({ person }: { person: Person }) {
  const t = useT();
  const why = !person.camera?.interrupted ? 'noPicture' : person.isSelf ? 'pausedOwn' : 'paused';
  return (
    <div className="tile-paused">
      <Avatar id={person.id} name={person.name} />
      <p>
        <VideoOff size={16} />
        <span>{t(`devices:${why}`)}</span>
      </p>
    </div>
  );
}

const LOOK_EVERY_MS = 1_000;
/** Looks without a new picture before it counts as standing still. */
const LOOKS = 3;

/**
 * Returns whether the video in an element stands still while somebody looks at the page, and a ref for the element. It
 * asks for the next picture once a second: not every browser counts the pictures of a stream.
 */
export function useStandsStill(expected: boolean): [boolean, (element: HTMLVideoElement | null) => void] {
  const element = useRef<HTMLVideoElement | null>(null);
  const [still, setStill] = useState(false);
  useEffect(() => {
    if (!expected) return;
    let asked: HTMLVideoElement | null = null;
    let awaiting = false;
    let looks = 0;
    const timer = setInterval(() => {
      const video = element.current;
      // Before its first picture there is nothing to hide; a hidden page shows none.
      const isMissing = awaiting && video === asked && video !== null && video.readyState > 0 && !document.hidden;
      looks = isMissing ? looks + 1 : 0;
      setStill(looks >= LOOKS);
      if (awaiting && video === asked) return;
      asked = video;
      awaiting = video !== null && 'requestVideoFrameCallback' in video;
      if (awaiting) {
        video?.requestVideoFrameCallback(() => {
          if (video === asked) awaiting = false;
        });
      }
    }, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      setStill(false);
    };
  }, [expected]);
  const [ref] = useState(() => (found: HTMLVideoElement | null) => {
    element.current = found;
  });
  return [still, ref];
}
