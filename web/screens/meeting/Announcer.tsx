import { useEffect, useRef, useState } from 'react';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { newsBetween } from '../../model/newsBetween.ts';

/** Tells a screen reader what others see at a glance. It leaves out who came or went: the list of people shows that. */
export function Announcer({ snapshot }: { snapshot: MeetingSnapshot }) {
  const before = useRef<MeetingSnapshot>(null);
  const [news, setNews] = useState('');
  useEffect(() => {
    const texts = newsBetween(before.current ?? withoutRecordings(snapshot), snapshot).map(({ text }) => text);
    before.current = snapshot;
    if (texts.length > 0) setNews(texts.join('. '));
  }, [snapshot]);
  return (
    <p className="visually-hidden" aria-live="polite">
      {news}
    </p>
  );
}

/** Whoever comes while somebody records hears of it. */
function withoutRecordings(snapshot: MeetingSnapshot): MeetingSnapshot {
  return { ...snapshot, others: snapshot.others.map((person) => ({ ...person, recordingSince: null })) };
}
