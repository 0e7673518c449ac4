import { Volume2 } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { Person, PublishedMedia } from '../../model/Meeting.ts';
import { Button } from '../../ui/Button.tsx';
import './AudioOutput.css';

interface AudioOutputProps {
  others: readonly Person[];
  /** Null for the system's own choice. */
  speakerId: string | null;
}

/** Plays everybody, whether seen or not. If the browser wants a click first, one button asks for it. */
export function AudioOutput({ others, speakerId }: AudioOutputProps) {
  const t = useT();
  const elements = useRef(new Set<HTMLAudioElement>());
  const [blocked, setBlocked] = useState(false);

  const add = useCallback((element: HTMLAudioElement) => {
    elements.current.add(element);
    return () => elements.current.delete(element);
  }, []);

  const play = async () => {
    setBlocked(false);
    const results = await Promise.allSettled([...elements.current].map((element) => element.play()));
    if (results.some((result) => result.status === 'rejected' && isBlocked(result.reason))) setBlocked(true);
  };

  const sounds = others
    .flatMap((person) => [person.microphone, person.screenAudio])
    .flatMap((media) => (media?.received ? [media] : []));
  return (
    <>
      {sounds.map((media) => (
        <Sound key={media.trackId} media={media} speakerId={speakerId} add={add} onBlocked={() => setBlocked(true)} />
      ))}
      {blocked && (
        <div className="hear" role="alert">
          <Button variant="primary" icon={Volume2} onClick={() => void play()}>
            {t('meeting:clickToHear')}
          </Button>
        </div>
      )}
    </>
  );
}

interface SoundProps {
  media: PublishedMedia;
  speakerId: string | null;
  add: (element: HTMLAudioElement) => () => void;
  onBlocked: () => void;
}

function Sound({ media, speakerId, add, onBlocked }: SoundProps) {
  const audio = useRef<HTMLAudioElement>(null);
  const blocked = useRef(onBlocked);
  blocked.current = onBlocked;
  const { attach } = media;

  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    const remove = add(element);
    const detach = attach(element);
    element.play().catch((reason: unknown) => {
      if (!isBlocked(reason)) return;
      console.info('the browser wants a click before it plays sound');
      blocked.current();
    });
    return () => {
      detach();
      remove();
    };
  }, [attach, add]);

  useEffect(() => {
    const element = audio.current;
    if (!element || !('setSinkId' in element)) return;
    element.setSinkId(speakerId ?? '').catch((reason: unknown) => {
      console.warn('the chosen speaker does not play; the system chooses', reason);
    });
  }, [speakerId]);

  // biome-ignore lint/a11y/useMediaCaption: a live voice has no captions.
  return <audio ref={audio} autoPlay />;
}

function isBlocked(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'NotAllowedError';
}
