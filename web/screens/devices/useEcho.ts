import { useEffect, useRef, useState } from 'react';
import { useNotices } from '../../ui/notices.tsx';
import { recordAndPlay } from './recordAndPlay.ts';

export type EchoState = 'idle' | 'recording' | 'playing';

/**
 * Lets people hear what others will hear of them: some seconds of the microphone, played once they are recorded. What
 * starts it ends it, too; it also ends with the component, or when another microphone is taken.
 */
export function useEcho(track: MediaStreamTrack | null, speakerId: string | null): [EchoState, toggle: () => void] {
  const [state, setState] = useState<EchoState>('idle');
  const running = useRef<AbortController | null>(null);
  const { attempt } = useNotices();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it ends with the track that it records.
  useEffect(() => () => running.current?.abort(), [track]);

  const toggle = () => {
    if (running.current) return running.current.abort();
    if (track === null) return;
    const controller = new AbortController();
    running.current = controller;
    setState('recording');
    const playing = recordAndPlay(track, speakerId, {
      signal: controller.signal,
      recorded: () => setState('playing'),
    }).catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    });
    void attempt(playing).then(() => {
      running.current = null;
      setState('idle');
    });
  };
  return [state, toggle];
}
