import { Hourglass } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { describeError } from '../../lib/describeError.ts';
import { MessagePage } from '../../ui/MessagePage.tsx';

interface FullPageProps {
  /** Why nobody comes in now. */
  problem: unknown;
  onBack: () => void;
}

/** Shown until the next attempt, which the page makes by itself. */
export function FullPage({ problem, onBack }: FullPageProps) {
  const t = useT();
  const title = describeError(problem)?.title ?? '';
  return (
    <MessagePage
      title={title.replace(/\.$/u, '')}
      text={t('entry:fullText')}
      icon={Hourglass}
      actions={[{ label: t('common:back'), onClick: onBack }]}
    />
  );
}
