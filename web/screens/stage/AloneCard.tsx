import { useT } from '../../i18n/i18n.ts';
import { roomLink } from '../../lib/navigation.ts';
import { CopyLinkButton } from '../../ui/CopyLinkButton.tsx';

export function AloneCard({ roomId }: { roomId: string }) {
  const t = useT();
  return (
    <section className="alone" aria-label={t('stage:invite')}>
      <h2>{t('stage:alone')}</h2>
      <p>{t('stage:aloneLink')}</p>
      <code>{roomLink(roomId)}</code>
      <CopyLinkButton roomId={roomId} variant="primary" />
    </section>
  );
}
