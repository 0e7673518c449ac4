import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import type { ReactNode } from 'react';
import { EMOJI } from './emoji.ts';

/** The content of the picker, in a menu that is open. */
export default function EmojiList({ onPick }: { onPick: (emoji: string) => void }): ReactNode {
  return EMOJI.map((group) => (
    <DropdownMenu.Group key={group[0]} className="emoji-group">
      {group.map((emoji) => (
        <DropdownMenu.Item key={emoji} className="emoji" textValue={emoji} onSelect={() => onPick(emoji)}>
          {emoji}
        </DropdownMenu.Item>
      ))}
    </DropdownMenu.Group>
  ));
}
