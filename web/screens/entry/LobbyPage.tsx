import { Lock } from 'lucide-react';
import type { PreviewDevices } from '../../model/PreviewDevices.ts';
import { Button } from '../../ui/Button.tsx';
import { Logo } from '../../ui/Logo.tsx';
import { MessagePage } from '../../ui/MessagePage.tsx';
import { DevicePreview } from './DevicePreview.tsx';

interface LobbyPageProps {
  preview: PreviewDevices;
  denied: boolean;
  onBack: () => void;
}

export function LobbyPage({ preview, denied, onBack }: LobbyPageProps) {
  if (denied) {
    return (
      <MessagePage
        title="You were not let in"
        text="A host of this meeting said no. If you think it was a mistake, ask again."
        icon={Lock}
        actions={[{ label: 'Ask again', onClick: onBack }]}
      />
    );
  }
  return (
    <main className="message-page">
      <Logo />
      <div className="message-card entry-form">
        <h1>Somebody will let you in soon</h1>
        <p role="status">
          <span className="spinner inline" aria-hidden="true" /> The hosts see that you are waiting.
        </p>
        <DevicePreview preview={preview} name="" />
        <div className="message-actions">
          <Button variant="quiet" onClick={onBack}>
            Stop waiting
          </Button>
        </div>
      </div>
    </main>
  );
}
