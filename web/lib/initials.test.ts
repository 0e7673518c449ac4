import { describe, expect, it } from 'vitest';
import { hueOf, initialsOf } from './initials.ts';

describe('initialsOf', () => {
  it('initials are taken from the first and the last word', () => {
    expect(initialsOf('Ada King Lovelace')).toBe('AL');
    expect(initialsOf(' grace ')).toBe('G');
    expect(initialsOf('')).toBe('');
  });

  it('initials keep graphemes whole', () => {
    expect(initialsOf('👩‍🚀 Sally')).toBe('👩‍🚀S');
    expect(initialsOf('Éva Ångström')).toBe('ÉÅ');
  });
});

describe('hueOf', () => {
  it('the hue of a person stays with the id', () => {
    expect(hueOf('p1')).toBe(hueOf('p1'));
    expect(hueOf('p1')).not.toBe(hueOf('p2'));
  });
});
