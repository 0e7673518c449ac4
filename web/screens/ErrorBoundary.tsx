import { Component, type ReactNode } from 'react';
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
        title="This page stumbled"
        text="Your place in the meeting is kept for a moment: reload to go on."
        actions={[{ label: 'Reload', onClick: () => location.reload() }]}
      />
    );
  }
}
