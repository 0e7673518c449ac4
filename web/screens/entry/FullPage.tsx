import { Hourglass } from 'lucide-react';
import { describeError } from '../../lib/describeError.ts';
import { MessagePage } from '../../ui/MessagePage.tsx';

interface FullPageProps {
  /** Why nobody comes in now. */
  problem: unknown;
  onBack: () => void;
}

/** Shown until the next attempt, which the page makes by itself. */
export function FullPage({ problem, onBack }: FullPageProps) {
  const title = describeError(problem)?.title ?? '';
  return (
    <MessagePage
      title={title.replace(/\.$/u, '')}
      text="This page tries again by itself, and brings you in as soon as there is room."
      icon={Hourglass}
      actions={[{ label: 'Back', onClick: onBack }]}
    />
  );
}
