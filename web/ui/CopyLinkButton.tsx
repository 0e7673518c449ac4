import { Check, Link, type LucideIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useT } from '../i18n/i18n.ts';
import { roomLink } from '../lib/navigation.ts';
import { Button } from './Button.tsx';
import { useNotices } from './notices.tsx';

export function CopyLinkButton({ roomId, variant }: { roomId: string; variant: 'primary' | 'secondary' }) {
  const t = useT();
  return <CopyButton text={() => roomLink(roomId)} label={t('common:copyLink')} icon={Link} variant={variant} />;
}

interface CopyButtonProps {
  text: () => string;
  label: string;
  icon: LucideIcon;
  variant: 'primary' | 'secondary' | 'quiet';
}

export function CopyButton({ text, label, icon, variant }: CopyButtonProps) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  const { show } = useNotices();

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_500);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setCopied(true);
    } catch {
      // Not a secure page, or the clipboard is forbidden: the person can still do it by hand.
      show(t('common:notCopied'), t('common:copyYourself', { link: text() }));
    }
  };

  return (
    <Button variant={variant} icon={copied ? Check : icon} onClick={() => void copy()}>
      {copied ? t('common:copied') : label}
    </Button>
  );
}
