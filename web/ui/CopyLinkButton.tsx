import { Check, Link } from 'lucide-react';
import { useEffect, useState } from 'react';
import { roomLink } from '../lib/navigation.ts';
import { Button } from './Button.tsx';
import { useNotices } from './notices.tsx';

export function CopyLinkButton({ roomId, variant }: { roomId: string; variant: 'primary' | 'secondary' }) {
  const [copied, setCopied] = useState(false);
  const { show } = useNotices();

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_500);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(roomLink(roomId));
      setCopied(true);
    } catch {
      // Not a secure page, or the clipboard is forbidden: the person can still do it by hand.
      show('The link could not be copied.', `Copy it yourself: ${roomLink(roomId)}`);
    }
  };

  return (
    <Button variant={variant} icon={copied ? Check : Link} onClick={() => void copy()}>
      {copied ? 'Copied' : 'Copy link'}
    </Button>
  );
}
