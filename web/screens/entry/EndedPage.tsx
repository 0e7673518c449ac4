import { DoorOpen, Lock } from 'lucide-react';
import type { EndReason } from '../../model/Meeting.ts';
import { MessagePage } from '../../ui/MessagePage.tsx';

interface EndedPageProps {
  reason: EndReason;
  onAgain: () => void;
  onHome: () => void;
}

interface Ending {
  readonly title: string;
  readonly text: string;
  /** The label of the button to go back in; null if there is no way back. */
  readonly again: string | null;
}

const ENDINGS: Record<EndReason, Ending> = {
  left: {
    title: 'You left the meeting',
    text: 'It goes on without you; the same link brings you back.',
    again: 'Rejoin',
  },
  removed: { title: 'A host removed you', text: 'You are no longer in this meeting.', again: 'Ask to join again' },
  banned: { title: 'You cannot join this meeting', text: 'A host has removed you from it for good.', again: null },
  replaced: {
    title: 'The meeting moved to another window',
    text: 'You opened it there. It can be in one place at a time.',
    again: 'Go on here',
  },
  expired: {
    title: 'You were away too long',
    text: 'The connection was lost, and your place was given up. Check your network, then join again.',
    again: 'Join again',
  },
  roomClosed: { title: 'The meeting has ended', text: 'A host closed it for everybody.', again: null },
};

export function EndedPage({ reason, onAgain, onHome }: EndedPageProps) {
  const { title, text, again } = ENDINGS[reason];
  const home = { label: 'Go to the first page', onClick: onHome };
  const actions = again === null ? [home] : [{ label: again, onClick: onAgain }, home];
  return <MessagePage title={title} text={text} icon={again === null ? Lock : DoorOpen} actions={actions} />;
}
