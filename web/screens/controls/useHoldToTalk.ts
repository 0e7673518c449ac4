import { useEffect, useRef } from 'react';
import { HoldToTalk } from '../../model/HoldToTalk.ts';
import type { Meeting } from '../../model/Meeting.ts';
import { refusedControls } from '../../model/refusedControls.ts';
import { wantsSpace } from './keyTargets.ts';

/** Holding the space bar opens a muted microphone, where no button has the focus and nobody writes. */
export function useHoldToTalk(
  meeting: Meeting,
  attempt: (action: Promise<unknown>) => Promise<boolean>,
  active: boolean,
): void {
  const latest = useRef(attempt);
  latest.current = attempt;
  useEffect(() => {
    if (!active) return;
    const self = () => meeting.getSnapshot().self;
    const hold = new HoldToTalk({
      isMuted: () => self().microphone?.muted !== false,
      setMicrophone: (on) => latest.current(meeting.actions.setMicrophone(on)),
    });
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== ' ' || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      if (wantsSpace(event.target) || refusedControls(self()).microphone !== null) return;
      if (hold.press()) event.preventDefault(); // Or the page scrolls.
    };
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key === ' ') hold.release();
    };
    const release = () => hold.release();
    addEventListener('keydown', onKeyDown);
    addEventListener('keyup', onKeyUp);
    // Who goes elsewhere with the key held never lets it go here.
    addEventListener('blur', release);
    document.addEventListener('visibilitychange', release);
    return () => {
      removeEventListener('keydown', onKeyDown);
      removeEventListener('keyup', onKeyUp);
      removeEventListener('blur', release);
      document.removeEventListener('visibilitychange', release);
      hold.release();
    };
  }, [meeting, active]);
}
