import { useEffect, useRef } from 'react';
import type { Meeting } from '../../model/Meeting.ts';
import { refusedControls } from '../../model/refusedControls.ts';
import { canShareScreen } from './canShareScreen.ts';
import { wantsLetters } from './keyTargets.ts';
import type { PanelName } from './panels.ts';
import { type ShortcutName, shortcutOf } from './shortcuts.ts';

interface ShortcutTargets {
  meeting: Meeting;
  attempt: (action: Promise<unknown>) => Promise<boolean>;
  toggle: (panel: PanelName) => void;
  close: () => void;
  panel: PanelName | null;
  singleKeys: boolean;
}

/** The meeting's keys, wherever the focus is; single letters only where nobody is writing. */
export function useShortcuts(targets: ShortcutTargets): void {
  const latest = useRef(targets);
  latest.current = targets;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const shortcut = shortcutOf(event, {
        writing: wantsLetters(event.target),
        singleKeys: latest.current.singleKeys,
      });
      if (shortcut === null || (shortcut === 'close' && latest.current.panel === null)) return;
      event.preventDefault();
      if (!event.repeat) run(shortcut, latest.current);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

function run(shortcut: ShortcutName, { meeting, attempt, toggle, close }: ShortcutTargets): void {
  const { self } = meeting.getSnapshot();
  const { actions } = meeting;
  switch (shortcut) {
    case 'microphone':
      if (refusedControls(self).microphone === null)
        void attempt(actions.setMicrophone(!self.microphone || self.microphone.muted));
      break;
    case 'camera':
      if (refusedControls(self).camera === null) void attempt(actions.setCamera(!self.camera || self.camera.muted));
      break;
    case 'hand':
      void attempt(self.handRaisedAt === null ? actions.raiseHand() : actions.lowerHand(self.id));
      break;
    case 'share':
      if (canShareScreen() && refusedControls(self).screen === null) {
        void attempt(actions.setScreenShare(self.screen === null));
      }
      break;
    case 'close':
      close();
      break;
    default:
      toggle(shortcut);
  }
}
