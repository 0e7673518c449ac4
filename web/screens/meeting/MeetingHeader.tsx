import { ChartColumn, Lock, Maximize, Minimize, NotebookPen, PictureInPicture2, Users } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { useFullScreen } from '../../lib/useFullScreen.ts';
import { SMALL_SCREEN, useMediaQuery } from '../../lib/useMediaQuery.ts';
import { useMoment } from '../../lib/useMoment.ts';
import type { Absence, MeetingActions, MeetingSnapshot } from '../../model/Meeting.ts';
import { nextSignMs, signOf } from '../../model/recovery.ts';
import { IconButton } from '../../ui/Button.tsx';
import { Menu, type MenuItem } from '../../ui/Menu.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { Tip } from '../../ui/Tip.tsx';
import { ConnectionMark } from '../help/ConnectionMark.tsx';
import { RecordingMark } from '../recording/RecordingMark.tsx';
import type { PictureInPicture } from './usePictureInPicture.ts';
import './MeetingHeader.css';

interface MeetingHeaderProps {
  snapshot: MeetingSnapshot;
  actions: MeetingActions;
  picture: PictureInPicture;
  onPeople: () => void;
  onHelp: () => void;
  /** Null while there is nothing to see. */
  onPolls: (() => void) | null;
  onNotes: () => void;
}

export function MeetingHeader(props: MeetingHeaderProps) {
  const { snapshot, actions, picture, onPeople, onHelp, onPolls, onNotes } = props;
  const t = useT();
  const count = snapshot.others.length + 1;
  return (
    <header className="meeting-header">
      <h1>{snapshot.name || t('meeting:untitled')}</h1>
      {snapshot.locked && (
        <Tip text={t('meeting:lockedTip')}>
          <span className="mark">
            <Lock size={16} />
            <span className="visually-hidden">{t('meeting:locked')}</span>
          </span>
        </Tip>
      )}
      <span role="status" className="reconnecting-place">
        {snapshot.absence && <ReconnectingPill absence={snapshot.absence} />}
      </span>
      <RecordingMark snapshot={snapshot} actions={actions} />
      <ConnectionMark snapshot={snapshot} onOpen={onHelp} />
      <HeaderActions picture={picture} onPolls={onPolls} onNotes={onNotes} />
      <button type="button" className="header-people" aria-label={t('meeting:people', { count })} onClick={onPeople}>
        <Users size={18} />
        {count}
      </button>
    </header>
  );
}

/** Buttons side by side; on a small screen, where the name of the meeting needs the space, a menu. */
function HeaderActions({ picture, onPolls, onNotes }: Pick<MeetingHeaderProps, 'picture' | 'onPolls' | 'onNotes'>) {
  const t = useT();
  const { attempt } = useNotices();
  const full = useFullScreen();
  const small = useMediaQuery(SMALL_SCREEN);
  const actions: (MenuItem & { pressed?: boolean })[] = [];
  if (picture.available) {
    actions.push({
      icon: PictureInPicture2,
      label: picture.isOpen ? t('meeting:closeSmall') : t('meeting:small'),
      pressed: picture.isOpen,
      onSelect: () => void attempt(picture.toggle()),
    });
  }
  if (full.available) {
    actions.push({
      icon: full.isFull ? Minimize : Maximize,
      label: full.isFull ? t('settings:leaveFullScreen') : t('settings:fullScreen'),
      onSelect: full.toggle,
    });
  }
  actions.push({ icon: NotebookPen, label: t('hosts:notes.title'), onSelect: onNotes });
  if (onPolls) actions.push({ icon: ChartColumn, label: t('hosts:polls.title'), onSelect: onPolls });
  if (small) return <Menu label={t('meeting:more')} items={actions} />;
  return actions.map(({ icon, label, pressed, onSelect }) => (
    <IconButton key={label} icon={icon} label={label} aria-pressed={pressed} onClick={onSelect} />
  ));
}

/** A pause is not mentioned; then a mark turns, and only after some seconds words say what it is. */
function ReconnectingPill({ absence }: { absence: Absence }) {
  const t = useT();
  const { shows, secondsLeft } = useMoment(
    (now) => signOf(absence, now),
    (now) => nextSignMs(absence, now),
  );
  if (shows === 'nothing') return null;
  return (
    <span className="reconnecting-pill">
      <span className="small-spinner" aria-hidden="true" />
      <span className={shows === 'mark' ? 'visually-hidden' : ''}>{t('meeting:reconnecting')}</span>
      {shows === 'words' && (
        // A screen reader would read each second.
        <span className="reconnecting-time" aria-hidden="true">
          {secondsLeft === null ? t('meeting:stillTrying') : t('meeting:placeKept', { seconds: secondsLeft })}
        </span>
      )}
    </span>
  );
}
