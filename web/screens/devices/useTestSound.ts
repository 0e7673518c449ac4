import { useState } from 'react';
import { useNotices } from '../../ui/notices.tsx';
import { playTestSound } from './playTestSound.ts';

/** Plays the test sound, one at a time. Returns whether it plays now, and what starts it. */
export function useTestSound(speakerId: string | null): [playing: boolean, play: () => void] {
  const [playing, setPlaying] = useState(false);
  const { attempt } = useNotices();
  const play = () => {
    if (playing) return;
    setPlaying(true);
    void attempt(playTestSound(speakerId)).then(() => setPlaying(false));
  };
  return [playing, play];
}
