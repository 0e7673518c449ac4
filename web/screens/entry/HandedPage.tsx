import { UserRound } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { MessagePage } from '../../ui/MessagePage.tsx';

interface HandedPageProps {
  /** The name that the link gives; null if it leaves the choice. */
  name: string | null;
  onAnswer: (accept: boolean) => void;
}

/** Asks before a link makes this browser somebody else in the meeting. */
export function HandedPage({ name, onAnswer }: HandedPageProps) {
  const t = useT();
  return (
    <MessagePage
      title={name === null ? t('entry:handedTitle') : t('entry:handedTitleAs', { name })}
      text={t('entry:handedText')}
      icon={UserRound}
      actions={[
        { label: t('entry:stayAsYouAre'), onClick: () => onAnswer(false) },
        {
          label: name === null ? t('entry:useInvitation') : t('entry:continueAs', { name }),
          onClick: () => onAnswer(true),
        },
      ]}
    />
  );
}
