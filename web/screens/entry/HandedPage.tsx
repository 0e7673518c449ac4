import { UserRound } from 'lucide-react';
import { MessagePage } from '../../ui/MessagePage.tsx';

interface HandedPageProps {
  /** The name that the link gives; null if it leaves the choice. */
  name: string | null;
  onAnswer: (accept: boolean) => void;
}

/** Asks before a link makes this browser somebody else in the meeting. */
export function HandedPage({ name, onAnswer }: HandedPageProps) {
  return (
    <MessagePage
      title={name === null ? 'Continue with this invitation?' : `Continue as ${name}?`}
      text="You are in this meeting as somebody already. Whoever made this link can come in as the same person: use it only if you know where it is from."
      icon={UserRound}
      actions={[
        { label: 'Stay as you are', onClick: () => onAnswer(false) },
        { label: name === null ? 'Use the invitation' : `Continue as ${name}`, onClick: () => onAnswer(true) },
      ]}
    />
  );
}
