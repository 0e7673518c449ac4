import { MonitorUp, TriangleAlert } from 'lucide-react';
import type { MediaBlocked, MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { describeMediaBlocked } from '../../model/mediaBlocked.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import './Banners.css';

interface BannersProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  /** False while those who wait are listed elsewhere. */
  withLobby: boolean;
  onPeople: () => void;
}

/** What this person must know: media that do not get through, somebody at the door, a screen that is being shared. */
export function Banners({ snapshot, actions, withLobby, onPeople }: BannersProps) {
  const { attempt } = useNotices();
  const waiting = withLobby ? snapshot.lobby : [];
  const [first] = waiting;
  return (
    <div className="banners">
      {snapshot.mediaBlocked && <BlockedBanner blocked={snapshot.mediaBlocked} />}
      {snapshot.self.screen && (
        <div className="banner">
          <MonitorUp size={18} />
          <span>You are sharing your screen</span>
          <Button variant="danger" onClick={() => void attempt(actions.setScreenShare(false))}>
            Stop sharing
          </Button>
        </div>
      )}
      {first && waiting.length === 1 && (
        <div className="banner">
          <span>
            <strong>{first.name}</strong> wants to join
          </span>
          <Button variant="quiet" onClick={() => void attempt(actions.deny(first.participantId))}>
            Deny
          </Button>
          <Button variant="primary" onClick={() => void attempt(actions.admit(first.participantId))}>
            Admit
          </Button>
        </div>
      )}
      {waiting.length > 1 && (
        <div className="banner">
          <span>
            <strong>{waiting.length} people</strong> want to join
          </span>
          <Button variant="primary" onClick={onPeople}>
            View
          </Button>
        </div>
      )}
    </div>
  );
}

function BlockedBanner({ blocked: found }: { blocked: MediaBlocked }) {
  const { title, blocked, advice } = describeMediaBlocked(found);
  return (
    <div className="banner blocked" role="alert">
      <TriangleAlert size={20} />
      <div>
        <strong>{title}</strong>
        <p>{blocked}</p>
        <p>{advice}</p>
      </div>
    </div>
  );
}
