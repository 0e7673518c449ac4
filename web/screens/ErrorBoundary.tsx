import { Component, type ReactNode } from 'react';
import { t } from '../i18n/i18n.ts';
import { MessagePage } from '../ui/MessagePage.tsx';

/** A bug of the page ends in a screen that says what to do, not in an empty window. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <MessagePage
        title={t('common:stumbled')}
        text={t('common:stumbledAdvice')}
        actions={[{ label: t('common:reload'), onClick: () => location.reload() }]}
      />
    );
  }
}
