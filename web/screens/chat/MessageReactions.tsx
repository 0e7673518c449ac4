import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { SmilePlus } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { ChatLine, MeetingActions } from '../../model/Meeting.ts';
import { IconButton, TippedButton } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { EmojiList } from './emoji/EmojiButton.tsx';

interface MessageReactionsProps {
  line: ChatLine;
  actions: MeetingActions;
}

/** What people put on a message, with who it was. Pressing one joins in, or takes it back. */
export function MessageReactions({
  line: { id, reactions = [] },
  actions,
  mayReact,
}: MessageReactionsProps & { readonly mayReact: boolean }) {
  const t = useT();
  const { attempt } = useNotices();
  if (reactions.length === 0) return null;
  return (
    <div className="chat-reactions">
      {reactions.map(({ emoji, names, own }) => (
        <TippedButton
          key={emoji}
          className="chat-reaction"
          label={t('chat:reactedBy', { emoji, names: names.join(', ') })}
          tip={names.join(', ')}
          aria-pressed={own}
          disabled={!mayReact}
          onClick={() => void attempt(actions.reactToMessage(id, emoji, !own))}
        >
          {emoji} {names.length}
        </TippedButton>
      ))}
    </div>
  );
}

/** The picker exists only while it is open: there are a thousand messages. */
export function ReactButton({ line, actions }: MessageReactionsProps) {
  const t = useT();
  const { attempt } = useNotices();
  const [picking, setPicking] = useState(false);
  const button = { icon: SmilePlus, size: 16, label: t('chat:react'), nativeTip: true };
  if (!picking) return <IconButton {...button} onClick={() => setPicking(true)} />;
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={setPicking}>
      <DropdownMenu.Trigger asChild>
        <IconButton {...button} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu emoji-menu" align="end" sideOffset={4} collisionPadding={8} loop>
          <Suspense fallback={null}>
            <EmojiList onPick={(emoji) => void attempt(actions.reactToMessage(line.id, emoji, true))} />
          </Suspense>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
