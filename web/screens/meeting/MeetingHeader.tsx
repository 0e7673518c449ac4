import { Lock, Users } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { MeetingSnapshot } from '../../model/Meeting.ts';
import { Tip } from '../../ui/Tip.tsx';
import './MeetingHeader.css';

export function MeetingHeader({ snapshot, onPeople }: { snapshot: MeetingSnapshot; onPeople: () => void }) {
  const count = snapshot.others.length + 1;
  return (
    <header className="meeting-header">
      <h1>{snapshot.name || 'Meeting'}</h1>
      {snapshot.locked && (
        <Tip text="Locked: nobody new can join">
          <span className="mark">
            <Lock size={16} />
            <span className="visually-hidden">Locked</span>
          </span>
        </Tip>
      )}
      <ReconnectingPill reconnecting={snapshot.connection === 'reconnecting'} />
      <button type="button" className="header-people" aria-label={`People, ${count}`} onClick={onPeople}>
        <Users size={18} />
        {count}
      </button>
    </header>
  );
}

/** Shorter interruptions are not mentioned: the pictures hold. */
const QUIET_MS = 1_000;

function ReconnectingPill({ reconnecting }: { reconnecting: boolean }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!reconnecting) return;
    const timer = setTimeout(() => setShown(true), QUIET_MS);
    return () => {
      clearTimeout(timer);
      setShown(false);
    };
  }, [reconnecting]);
  return (
    <span role="status" className="reconnecting-place">
      {shown && (
        <span className="reconnecting-pill">
          <span className="small-spinner" aria-hidden="true" />
          Reconnecting…
        </span>
      )}
    </span>
  );
}
