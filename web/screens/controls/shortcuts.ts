import type { TextKey } from '../../i18n/areas.ts';
export type ShortcutName = 'microphone' | 'camera' | 'hand' | 'chat' | 'people' | 'share' | 'help' | 'close';

interface Key {
  readonly key: string;
  /** The place of the key, `KeyM`, whatever is written on it. */
  readonly code: string;
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
  s: 'share',
  '?': 'help',
};

/** `single`: without Ctrl, for those who want that. */
export const SHORTCUT_HELP: readonly {
  readonly keys: string;
  readonly what: TextKey;
  readonly single: boolean;
}[] = [
  { keys: 'Ctrl D', what: 'controls:keys.microphone', single: false },
  { keys: 'Ctrl E', what: 'controls:keys.camera', single: false },
  { keys: 'M', what: 'controls:keys.microphone', single: true },
  { keys: '␣', what: 'controls:keys.talk', single: true },
  { keys: 'V', what: 'controls:keys.camera', single: true },
  { keys: 'S', what: 'controls:keys.share', single: true },
  { keys: 'H', what: 'controls:keys.hand', single: true },
  { keys: 'C', what: 'controls:keys.chat', single: true },
  { keys: 'P', what: 'controls:keys.people', single: true },
  { keys: '1 … 9', what: 'controls:keys.pin', single: true },
  { keys: '?', what: 'controls:keys.help', single: true },
  { keys: 'Page ↑ ↓', what: 'controls:keys.page', single: false },
  { keys: 'Esc', what: 'controls:keys.close', single: false },
];

/** Returns what a key asks for; null if it is not ours. */
export function shortcutOf(key: Key, { writing, singleKeys }: Circumstances): ShortcutName | null {
  const name = letterOf(key);
  // Most keyboards have the question mark beside Shift.
  if (key.altKey || (key.shiftKey && name !== '?')) return null;
  if (key.ctrlKey || key.metaKey) return lookUp(WITH_CTRL, name);
  if (name === 'escape') return 'close';
  return writing || !singleKeys ? null : lookUp(SINGLE, name);
}

/** On keyboards without Latin letters (ь for M) the place of the key counts. */
function letterOf({ key, code }: Key): string {
  const isOtherLetter = /^\p{Letter}$/u.test(key) && !/^[a-z]$/iu.test(key);
  return (isOtherLetter && /^Key([A-Z])$/u.exec(code)?.[1]?.toLowerCase()) || key.toLowerCase();
}

function lookUp(shortcuts: Readonly<Record<string, ShortcutName>>, name: string): ShortcutName | null {
  return Object.hasOwn(shortcuts, name) ? (shortcuts[name] ?? null) : null;
}
