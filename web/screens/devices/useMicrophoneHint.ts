import { useEffect, useState } from 'react';
import type { MicrophoneHint } from '../../model/MicrophoneJudge.ts';
import { MicrophoneWatch } from '../../model/MicrophoneWatch.ts';

/** Returns what is odd about a microphone that is on. */
export function useMicrophoneHint(track: MediaStreamTrack | null): MicrophoneHint | null {
  const [hint, setHint] = useState<MicrophoneHint | null>(null);
  useEffect(() => {
    if (track === null) return;
    const watch = new MicrophoneWatch(() => setHint(watch.hint));
    watch.watch(track, true);
    return () => {
      watch.close();
      setHint(null);
    };
  }, [track]);
  return hint;
}
