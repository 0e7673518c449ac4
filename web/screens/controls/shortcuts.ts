export type ShortcutName = 'microphone' | 'camera' | 'hand' | 'chat' | 'people' | 'close';

interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

interface Circumstances {
  /** True if the focus is where text goes. */
  readonly writing: boolean;
  /** True if the person wants single letters to do something. */
  readonly singleKeys: boolean;
}

/** Keys together with Ctrl, or ⌘ on a Mac: the same as in other meeting programs. */
const WITH_CTRL: Readonly<Record<string, ShortcutName>> = { d: 'microphone', e: 'camera' };
const SINGLE: Readonly<Record<string, ShortcutName>> = {
  m: 'microphone',
  v: 'camera',
  h: 'hand',
  c: 'chat',
  p: 'people',
};

export const SHORTCUT_HELP: readonly (readonly [keys: string, what: string, single: boolean])[] = [
  ['Ctrl D', 'Microphone on or off', false],
  ['Ctrl E', 'Camera on or off', false],
  ['M', 'Microphone on or off', true],
  ['V', 'Camera on or off', true],
  ['H', 'Raise or lower your hand', true],
  ['C', 'Chat', true],
  ['P', 'People', true],
  ['Page ↑ ↓', 'The tiles of the page before or after', false],
  ['Esc', 'Close the panel', false],
];

/** Returns what a key asks for; null if it is not ours. */
export function shortcutOf(key: Key, { writing, singleKeys }: Circumstances): ShortcutName | null {
  if (key.altKey || key.shiftKey) return null;
  const name = key.key.toLowerCase();
  if (key.ctrlKey || key.metaKey) return lookUp(WITH_CTRL, name);
  if (name === 'escape') return 'close';
  return writing || !singleKeys ? null : lookUp(SINGLE, name);
}

function lookUp(shortcuts: Readonly<Record<string, ShortcutName>>, name: string): ShortcutName | null {
  return Object.hasOwn(shortcuts, name) ? (shortcuts[name] ?? null) : null;
}
