import { useEffect, useLayoutEffect, useRef } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { closeVideo, openVideo } from '../../lib/pictureInPicture.ts';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { useNotices } from '../../ui/notices.tsx';
import { watchedOf } from '../stage/tiles.ts';
import { useSteadySpeaker } from '../stage/useSteadySpeaker.ts';
import './BarePicture.css';

interface BarePictureProps {
  snapshot: MeetingSnapshot;
  pins: readonly string[];
  /** The browser shows it no longer, or did not at all. */
  onEnd: () => void;
}

/**
 * One video, in the browser's own small window from when it is rendered. It is an element of its own, which goes on
 * with whoever is to be watched next: the window stays, and needs no other click.
 */
export function BarePicture({ snapshot, pins, onEnd }: BarePictureProps) {
  const t = useT();
  const { attempt, show } = useNotices();
  const video = useRef<HTMLVideoElement>(null);
  const watched = watchedOf(snapshot, pins, useSteadySpeaker(snapshot));
  const pictures = watched.map(({ kind, person }) => (kind === 'screen' ? person.screen : person.camera));
  const attach = pictures.find((media) => media !== null && !media.muted)?.attach;
  useLayoutEffect(() => (attach && video.current ? attach(video.current) : undefined), [attach]);

  const isEmpty = attach === undefined;
  useEffect(() => {
    if (!isEmpty) return;
    show(t('meeting:noPicture.title'), t('meeting:noPicture.advice'));
    onEnd();
  }, [isEmpty, onEnd, show, t]);

  // The browser may leave a window to an element that is gone: it is closed before.
  useLayoutEffect(() => {
    const element = video.current;
    if (!element) return;
    const opening = new AbortController();
    element.addEventListener('leavepictureinpicture', onEnd, { signal: opening.signal });
    void attempt(openVideo(element, opening.signal)).then((opened) => {
      if (!opened) onEnd();
    });
    return () => {
      opening.abort();
      closeVideo(element);
    };
  }, [attempt, onEnd]);
  return <video ref={video} className="bare-picture" autoPlay playsInline muted tabIndex={-1} aria-hidden="true" />;
}
