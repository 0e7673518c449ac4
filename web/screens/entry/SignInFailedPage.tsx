import { Lock } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { MessagePage } from '../../ui/MessagePage.tsx';

/** Why the server did not sign somebody in. */
const REASONS = ['unavailable', 'refused', 'late', 'nameless', 'invalid'] as const;

interface SignInFailedPageProps {
  why: string | null;
  onAgain: () => void;
  onHome: () => void;
}

export function SignInFailedPage({ why, onAgain, onHome }: SignInFailedPageProps) {
  const t = useT();
  const reason = REASONS.find((known) => known === why) ?? 'invalid';
  return (
    <MessagePage
      title={t('entry:signIn.failed.title')}
      text={t(`entry:signIn.failed.${reason}`)}
      icon={Lock}
      actions={[
        { label: t('common:tryAgain'), onClick: onAgain },
        { label: t('common:home'), onClick: onHome },
      ]}
    />
  );
}
