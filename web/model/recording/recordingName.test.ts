import { expect, it } from 'vitest';
import { fc } from '../../../test/support/fastCheck.ts';
import { parseRecordingName, toRecordingName, toSavedName } from './recordingName.ts';

it('a name says when a recording began, of which meeting, and what it is', () => {
  const title = { begunAt: 1_796_028_000_000, room: 'Montag: Größe/Farbe 👩‍🚀', container: 'webm' } as const;
  expect(parseRecordingName(toRecordingName(title))).toEqual(title);
  expect(parseRecordingName('1796028000000~%E0%A4%A.webm')).toBeNull();
  expect(parseRecordingName('notes.webm')).toBeNull();
});

it('a name of any meeting fits into a file system and is read again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 64 }), fc.constantFrom('webm', 'mp4'), (room, container) => {
      const name = toRecordingName({ begunAt: 7, room, container });
      expect(new TextEncoder().encode(name).length).toBeLessThan(255);
      expect(name).not.toMatch(/[/\\]/u);
      const read = parseRecordingName(name);
      expect(read).toMatchObject({ begunAt: 7, container });
      expect(room.toWellFormed().startsWith(read?.room ?? '?')).toBe(true);
    }),
  );
});

it('the name of the saved file has nothing that a system refuses', () => {
  const begunAt = new Date(2026, 10, 30, 9, 5).getTime();
  expect(toSavedName({ begunAt, room: 'a/b: "c"\n?', container: 'webm' })).toBe('a b c 2026-11-30 09.05.webm');
  expect(toSavedName({ begunAt, room: '', container: 'mp4' })).toBe('2026-11-30 09.05.mp4');
});
