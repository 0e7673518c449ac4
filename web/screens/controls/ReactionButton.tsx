import * as Popover from '@radix-ui/react-popover';
import { SmilePlus } from 'lucide-react';
import { useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MeetingActions } from '../../model/Meeting.ts';
import { EMOJI } from '../../model/Reactions.ts';
import { TippedButton } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import '../../ui/Popover.css';

interface ReactionButtonProps {
  actions: MeetingActions;
  /** Why the person cannot react now; null if they can. */
  refused: string | null;
}

/** Signs that float beside one's tile for a moment. The list stays open: people clap more than once. */
export function ReactionButton({ actions, refused }: ReactionButtonProps) {
  const t = useT();
  const { attempt } = useNotices();
  const [wanted, setWanted] = useState(false);
  const mayOpen = refused === null;
  if (wanted && !mayOpen) setWanted(false);
  return (
    <Popover.Root open={wanted && mayOpen} onOpenChange={setWanted}>
      <Popover.Trigger asChild>
        <TippedButton label={refused ?? t('controls:react')} className="control for-reactions" aria-disabled={!mayOpen}>
          <SmilePlus size={24} />
        </TippedButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover reactions"
          side="top"
          sideOffset={8}
          collisionPadding={8}
          aria-label={t('controls:react')}
        >
          {EMOJI.map((emoji) => (
            <button
              key={emoji}
              type="button"
              className="reaction"
              aria-label={t('controls:reactWith', { emoji })}
              onClick={() => void attempt(actions.react(emoji))}
            >
              {emoji}
            </button>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
