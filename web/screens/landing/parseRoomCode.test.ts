import { describe, expect, it } from 'vitest';
import { parseRoomCode } from './parseRoomCode.ts';

describe('parseRoomCode', () => {
  it('a room code is read from a code, a path and a link', () => {
    expect(parseRoomCode(' calm-river-42 ')).toBe('calm-river-42');
    expect(parseRoomCode('/r/calm-river-42')).toBe('calm-river-42');
    expect(parseRoomCode('https://meet.example.org/r/calm-river-42?x=1#y')).toBe('calm-river-42');
    expect(parseRoomCode('meet.example.org/r/calm-river-42/')).toBe('calm-river-42');
  });

  it('a text that cannot be a room code is refused', () => {
    for (const input of ['', '   ', 'two words', 'https://example.org/other', 'a/b', '<script>', 'x'.repeat(129)]) {
      expect(parseRoomCode(input)).toBeNull();
    }
  });
});
