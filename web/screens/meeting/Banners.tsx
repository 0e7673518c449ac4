import { MonitorUp, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MediaBlocked, MeetingActions, MeetingSnapshot, ScreenContent } from '../../model/Meeting.ts';
import { describeMediaBlocked } from '../../model/mediaBlocked.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { UnmuteQuestion } from '../hosts/UnmuteQuestion.tsx';
import { TestLink } from '../test/TestLink.tsx';
import { AloneQuestion } from './AloneQuestion.tsx';
import './Banners.css';

interface BannersProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  /** False while those who wait are listed elsewhere. */
  withLobby: boolean;
  onPeople: () => void;
  children: ReactNode;
}

/** What this person must know: media that do not get through, somebody at the door, a screen that is being shared. */
export function Banners({ snapshot, actions, withLobby, onPeople, children }: BannersProps) {
  const t = useT();
  const { attempt } = useNotices();
  const waiting = withLobby ? snapshot.lobby : [];
  const [first] = waiting;
  return (
    <div className="banners">
      {snapshot.mediaBlocked && <BlockedBanner blocked={snapshot.mediaBlocked} />}
      <AloneQuestion snapshot={snapshot} actions={actions} />
      <UnmuteQuestion self={snapshot.self} actions={actions} />
      {children}
      {snapshot.self.screen && <SharingBanner withSound={snapshot.self.screenAudio !== null} actions={actions} />}
      {first && waiting.length === 1 && (
        <div className="banner">
          <span>{t('meeting:knock', { name: first.name })}</span>
          <Button variant="quiet" onClick={() => void attempt(actions.deny(first.participantId))}>
            {t('people:deny')}
          </Button>
          <Button variant="primary" onClick={() => void attempt(actions.admit(first.participantId))}>
            {t('people:admit')}
          </Button>
        </div>
      )}
      {waiting.length > 1 && (
        <div className="banner">
          <span>{t('meeting:knocks', { count: waiting.length })}</span>
          <Button variant="primary" onClick={onPeople}>
            {t('meeting:view')}
          </Button>
        </div>
      )}
    </div>
  );
}

function SharingBanner({ withSound, actions }: { withSound: boolean; actions: MeetingActions }) {
  const t = useT();
  const { attempt } = useNotices();
  const [content, setContent] = useState<ScreenContent>('detail');
  const choose = (wanted: ScreenContent) => {
    setContent(wanted);
    void attempt(actions.setScreenContent(wanted));
  };
  return (
    <div className="banner">
      <MonitorUp size={18} />
      <span>{withSound ? t('meeting:sharingSound') : t('meeting:sharing')}</span>
      <select
        className="banner-choice"
        aria-label={t('meeting:content')}
        value={content}
        onChange={({ target }) => choose(target.value === 'motion' ? 'motion' : 'detail')}
      >
        <option value="detail">{t('meeting:contents.detail')}</option>
        <option value="motion">{t('meeting:contents.motion')}</option>
      </select>
      <Button variant="danger" onClick={() => void attempt(actions.setScreenShare(false))}>
        {t('meeting:stopSharing')}
      </Button>
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
        <TestLink apart />
      </div>
    </div>
  );
}
