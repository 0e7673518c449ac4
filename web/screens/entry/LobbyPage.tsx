import { Lock } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
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
  const t = useT();
  if (denied) {
    return (
      <MessagePage
        title={t('entry:deniedTitle')}
        text={t('entry:deniedText')}
        icon={Lock}
        actions={[{ label: t('entry:askOnceMore'), onClick: onBack }]}
      />
    );
  }
  return (
    <main className="message-page">
      <Logo />
      <div className="message-card entry-form">
        <h1>{t('entry:lobbyTitle')}</h1>
        <p role="status">
          <span className="spinner inline" aria-hidden="true" /> {t('entry:lobbyWait')}
        </p>
        <DevicePreview preview={preview} name="" />
        <div className="message-actions">
          <Button variant="quiet" onClick={onBack}>
            {t('entry:stopWaiting')}
          </Button>
        </div>
      </div>
    </main>
  );
}
