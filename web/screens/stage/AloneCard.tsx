import { roomLink } from '../../lib/navigation.ts';
import { CopyLinkButton } from '../../ui/CopyLinkButton.tsx';

export function AloneCard({ roomId }: { roomId: string }) {
  return (
    <section className="alone" aria-label="Invite others">
      <h2>You are the only one here</h2>
      <p>Whoever has this link can join.</p>
      <code>{roomLink(roomId)}</code>
      <CopyLinkButton roomId={roomId} variant="primary" />
    </section>
  );
}
