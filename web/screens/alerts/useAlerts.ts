import { useEffect, useRef } from 'react';
import { ALERT_KINDS, type AlertKind } from '../../lib/alertKinds.ts';
import { showDesktopNotice } from '../../lib/desktopNotices.ts';
import { type Notes, playNotes } from '../../lib/playNotes.ts';
import type { Preferences } from '../../lib/preferences.ts';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { alertsBetween } from './alertsBetween.ts';

const NOTES: Readonly<Record<AlertKind, Notes>> = {
  knock: { hz: [659, 523], lengthS: 0.28, loudness: 0.2 },
  hand: { hz: [523, 659], lengthS: 0.18, loudness: 0.14 },
  message: { hz: [880], lengthS: 0.22, loudness: 0.1 },
  people: { hz: [392], lengthS: 0.3, loudness: 0.08 },
};
/** Many things at once are one sound. */
const REST_MS = 1_000;

/** Sounds, and notices outside of the browser's window while nobody looks at the page. */
export function useAlerts(
  snapshot: MeetingSnapshot,
  { sounds, desktopNotices, speakerId }: Preferences,
  isChatOpen: boolean,
): void {
  const before = useRef(snapshot);
  const lastAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const was = before.current;
    before.current = snapshot;
    if (was === snapshot) return;
    const { kinds, notices } = alertsBetween(was, snapshot, isChatOpen && !document.hidden);
    if (desktopNotices && document.hidden) for (const notice of notices) showDesktopNotice(notice, snapshot.name);
    const kind = ALERT_KINDS.find((each) => kinds.has(each) && sounds.includes(each));
    // What a shared screen sounds like goes to everybody.
    if (kind === undefined || snapshot.self.screenAudio !== null || performance.now() < lastAt.current + REST_MS)
      return;
    lastAt.current = performance.now();
    playNotes(NOTES[kind], speakerId).catch((error: unknown) => console.debug('a sound was not played', error));
  }, [snapshot, sounds, desktopNotices, speakerId, isChatOpen]);
}
