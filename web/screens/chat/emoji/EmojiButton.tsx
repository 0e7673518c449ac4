import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { Smile } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useT } from '../../../i18n/i18n.ts';
import { IconButton } from '../../../ui/Button.tsx';
import './emoji.css';

// A server of a newer build no longer has it: the page is renewed at a calm moment, not for an emoji.
export const EmojiList = lazy(() => import('./EmojiList.tsx').catch(() => ({ default: () => null })));

interface EmojiButtonProps {
  onPick: (emoji: string) => void;
  /** Called when the picker closes: where the focus goes then. */
  onClosed: () => void;
}

/** Opens a small picker, which loads when it is first opened. */
export function EmojiButton({ onPick, onClosed }: EmojiButtonProps) {
  const t = useT();
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={Smile} label={t('chat:emoji')} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu emoji-menu"
          side="top"
          align="end"
          sideOffset={8}
          collisionPadding={8}
          loop
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            onClosed();
          }}
        >
          <Suspense fallback={null}>
            <EmojiList onPick={onPick} />
          </Suspense>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
