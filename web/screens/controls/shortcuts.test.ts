import { describe, expect, it } from 'vitest';
import { shortcutOf } from './shortcuts.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const free = { writing: false, singleKeys: true };

describe('shortcutOf', () => {
  it('Ctrl+D and Ctrl+E are shortcuts, also while writing', () => {
    expect(shortcutOf({ ...plain, key: 'd', ctrlKey: true }, { ...free, writing: true })).toBe('microphone');
    expect(shortcutOf({ ...plain, key: 'E', metaKey: true }, free)).toBe('camera');
  });

  it('single letters are shortcuts only where nobody writes and the person wants them', () => {
    expect(shortcutOf({ ...plain, key: 'm' }, free)).toBe('microphone');
    expect(shortcutOf({ ...plain, key: 'm' }, { ...free, writing: true })).toBeNull();
    expect(shortcutOf({ ...plain, key: 'm' }, { ...free, singleKeys: false })).toBeNull();
  });

  it('keys that belong to the browser are left to it', () => {
    expect(shortcutOf({ ...plain, key: 'd', ctrlKey: true, shiftKey: true }, free)).toBeNull();
    expect(shortcutOf({ ...plain, key: 'c', ctrlKey: true }, free)).toBeNull();
    expect(shortcutOf({ ...plain, key: 'constructor' }, free)).toBeNull();
  });

  it('Escape closes from everywhere', () => {
    expect(shortcutOf({ ...plain, key: 'Escape' }, { ...free, writing: true })).toBe('close');
  });
});
