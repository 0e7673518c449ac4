import { describe, expect, it } from 'vitest';
import { shortcutOf } from './shortcuts.ts';

const plain = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const free = { writing: false, singleKeys: true };

describe('shortcutOf', () => {
  it('on a keyboard without Latin letters the place of a key counts, on others what is written on it', () => {
    expect(shortcutOf({ ...plain, key: 'ь', code: 'KeyM' }, free)).toBe('microphone');
    expect(shortcutOf({ ...plain, key: 'В', code: 'KeyD', ctrlKey: true }, free)).toBe('microphone');
    // AZERTY.
    expect(shortcutOf({ ...plain, key: ',', code: 'KeyM' }, free)).toBeNull();
    expect(shortcutOf({ ...plain, key: 'm', code: 'Semicolon' }, free)).toBe('microphone');
  });

  it('Ctrl+D and Ctrl+E are shortcuts, also while writing', () => {
    expect(shortcutOf({ ...plain, key: 'd', ctrlKey: true }, { ...free, writing: true })).toBe('microphone');
    expect(shortcutOf({ ...plain, key: 'E', metaKey: true }, free)).toBe('camera');
  });

  it('single letters are shortcuts only where nobody writes and the person wants them', () => {
    expect(shortcutOf({ ...plain, key: 'm' }, free)).toBe('microphone');
    expect(shortcutOf({ ...plain, key: 'm' }, { ...free, writing: true })).toBeNull();
    expect(shortcutOf({ ...plain, key: 'm' }, { ...free, singleKeys: false })).toBeNull();
  });

  it('S shares and the question mark lists the keys, with Shift or without', () => {
    expect(shortcutOf({ ...plain, key: 's' }, free)).toBe('share');
    expect(shortcutOf({ ...plain, key: '?', shiftKey: true }, free)).toBe('help');
    expect(shortcutOf({ ...plain, key: '?' }, free)).toBe('help');
    expect(shortcutOf({ ...plain, key: '?', shiftKey: true }, { ...free, writing: true })).toBeNull();
    expect(shortcutOf({ ...plain, key: '?', ctrlKey: true, shiftKey: true }, free)).toBeNull();
  });

  it('keys that belong to the browser are left to it', () => {
    expect(shortcutOf({ ...plain, key: 'd', ctrlKey: true, shiftKey: true }, free)).toBeNull();
    expect(shortcutOf({ ...plain, key: 'c', ctrlKey: true }, free)).toBeNull();
    expect(shortcutOf({ ...plain, key: 'constructor' }, free)).toBeNull();
  });

  it('the question mark asks for help, with Shift or without, where nobody writes', () => {
    expect(shortcutOf({ ...plain, key: '?', shiftKey: true }, free)).toBe('help');
    expect(shortcutOf({ ...plain, key: '?' }, { ...free, writing: true })).toBeNull();
    expect(shortcutOf({ ...plain, key: '?', shiftKey: true }, { ...free, singleKeys: false })).toBeNull();
  });

  it('Escape closes from everywhere', () => {
    expect(shortcutOf({ ...plain, key: 'Escape' }, { ...free, writing: true })).toBe('close');
  });
});
