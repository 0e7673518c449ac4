import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useT } from '../i18n/i18n.ts';
import { IconButton } from './Button.tsx';
import './Panel.css';

interface PanelProps {
  title: string;
  onClose: () => void;
  /** Stands beside the button that closes it. */
  tool?: ReactNode;
  children: ReactNode;
}

/**
 * A panel at the side of the meeting; on a phone it covers the screen. It takes the focus, at the element marked with
 * `data-first-focus` if there is one, and gives it back on closing.
 */
export function Panel({ title, onClose, tool, children }: PanelProps) {
  const t = useT();
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    // With a touch screen, focusing a field would bring up the keyboard unasked.
    const field = matchMedia('(hover: hover)').matches
      ? panel.current?.querySelector<HTMLElement>('[data-first-focus]')
      : null;
    (field ?? panel.current)?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <aside ref={panel} className="panel" aria-labelledby={id} tabIndex={-1}>
      <header className="panel-header">
        <h2 id={id}>{title}</h2>
        {tool}
        <IconButton icon={X} label={t('common:close', { title })} onClick={onClose} />
      </header>
      {children}
    </aside>
  );
}
