import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { IconButton } from './Button.tsx';
import { Icon, type IconName } from './icons.tsx';
import './Menu.css';

export interface MenuItem {
  readonly label: string;
  readonly icon: IconName;
  readonly danger?: boolean;
  readonly onSelect: () => void;
}

interface MenuProps {
  label: string;
  items: readonly MenuItem[];
  choices?: readonly MenuChoice[];
}

/** One of a few values, in a row. */
export interface MenuChoice {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onSelect: (value: string) => void;
}

/** A button that opens a list of actions above all else on the page. Arrow keys, Home, End and Escape do as in any menu. */
export function Menu({ label, items, choices = [] }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLDivElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ top: 0, right: 0 });

  const open = () => {
    const anchor = button.current?.getBoundingClientRect();
    if (!anchor || !menu.current) return;
    menu.current.showPopover();
    const height = menu.current.offsetHeight;
    const below = anchor.bottom + 4 + height <= innerHeight;
    setPlace({
      top: below ? anchor.bottom + 4 : Math.max(4, anchor.top - 4 - height),
      right: innerWidth - anchor.right,
    });
    itemsOf(menu.current)[0]?.focus();
  };

  const close = () => {
    menu.current?.hidePopover();
    button.current?.querySelector('button')?.focus();
  };

  const move = (event: KeyboardEvent) => {
    const all = itemsOf(menu.current);
    const at = all.findIndex((item) => item.contains(document.activeElement));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      all[next % all.length]?.focus();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      event.stopPropagation();
      event.preventDefault();
      close();
    }
  };

  return (
    <div ref={button} className="menu-anchor">
      <IconButton icon="more" label={label} aria-haspopup="menu" aria-controls={id} onClick={open} />
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        className="menu"
        style={place}
        onKeyDown={move}
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={item.danger ? 'danger' : ''}
            onClick={() => {
              close();
              item.onSelect();
            }}
          >
            <Icon name={item.icon} size={19} />
            {item.label}
          </button>
        ))}
        {choices.map((choice) => (
          <ChoiceRow key={choice.label} choice={choice} onDone={close} />
        ))}
      </div>
    </div>
  );
}

function ChoiceRow({ choice, onDone }: { choice: MenuChoice; onDone: () => void }) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a menu holds groups of radio items; a fieldset has no place in it.
    <div role="group" aria-labelledby={id} className="menu-choice">
      <p id={id}>{choice.label}</p>
      <div>
        {choice.options.map(({ value, label }) => (
          <button
            key={value}
            type="button"
            role="menuitemradio"
            aria-checked={value === choice.value}
            tabIndex={-1}
            onClick={() => {
              onDone();
              if (value !== choice.value) choice.onSelect(value);
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </div>
  );
}

function itemsOf(menu: HTMLElement | null): HTMLElement[] {
  return menu ? [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')] : [];
}
