import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { Ellipsis, type LucideIcon } from 'lucide-react';
import { useId } from 'react';
import { IconButton } from './Button.tsx';
import './Menu.css';

export interface MenuItem {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly danger?: boolean;
  readonly onSelect: () => void;
}

/** A choice of one among a few values, shown in a row. */
export interface MenuChoice {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onSelect: (value: string) => void;
}

interface MenuProps {
  label: string;
  items: readonly MenuItem[];
  choices?: readonly MenuChoice[];
}

/**
 * A button that opens a list of actions. Not modal: a modal menu stops the page from scrolling with a style element,
 * which the page's content security policy forbids.
 */
export function Menu({ label, items, choices = [] }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={Ellipsis} label={label} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8} loop>
          {items.map(({ label, icon: Icon, danger, onSelect }) => (
            <DropdownMenu.Item key={label} className={`menu-item${danger ? ' danger' : ''}`} onSelect={onSelect}>
              <Icon size={19} />
              {label}
            </DropdownMenu.Item>
          ))}
          {choices.map((choice) => (
            <ChoiceRow key={choice.label} choice={choice} />
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function ChoiceRow({ choice }: { choice: MenuChoice }) {
  const id = useId();
  const select = (value: string) => {
    if (value !== choice.value) choice.onSelect(value);
  };
  return (
    <div className="menu-choice">
      <DropdownMenu.Label id={id}>{choice.label}</DropdownMenu.Label>
      <DropdownMenu.RadioGroup aria-labelledby={id} value={choice.value} onValueChange={select}>
        {choice.options.map(({ value, label }) => (
          <DropdownMenu.RadioItem key={value} className="menu-item" value={value}>
            {label}
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </div>
  );
}
