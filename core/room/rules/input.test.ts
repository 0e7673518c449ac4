import { describe, expect, it } from 'vitest';
import { Refusal } from '../refusal.ts';
import { isFileName, requireId, toChatText, toFileName, toName } from './input.ts';

describe('[R-INPUT-1] ids', () => {
  it.each(['a', 'x'.repeat(128), 'jürgen@example.org', 'a b', '{room}', '日本語'])(
    '[R-INPUT-1] the id %j is taken',
    (id) => {
      expect(() => requireId(id)).not.toThrow();
    },
  );
  it.each(['', 'x'.repeat(129), 'a\nb', 'a\u0000', '\ud800', '\u200b', '\u2028'])(
    '[R-INPUT-1] the id %j is refused',
    (id) => {
      expect(() => requireId(id)).toThrow(Refusal);
    },
  );
});

describe('[R-INPUT-2] names', () => {
  it.each([
    [' Ann ', 'Ann'],
    ['👩‍👩‍👧 family', '👩‍👩‍👧 family'],
    ['👍'.repeat(64), '👍'.repeat(64)],
    ['אבג', 'אבג'],
  ])('[R-INPUT-2] the name %j is taken', (name, kept) => {
    expect(toName(name)).toBe(kept);
  });
  it.each([
    '',
    '  ',
    '\u200d',
    'x'.repeat(65),
    '👍'.repeat(65),
    'a\nb',
    'a\u0007',
    'evil\u202etxt',
    '\udc00a',
    '\u2066a',
  ])('[R-INPUT-2] the name %j is refused', (name) => {
    expect(() => toName(name)).toThrow(Refusal);
  });
});

describe('[R-INPUT-3] messages', () => {
  it.each(['\ud800', '\u200b', 'x'.repeat(1_000_000)])('[R-INPUT-3] the message %# is refused', (text) => {
    expect(() => toChatText(text)).toThrow(Refusal);
  });
});

describe('[R-INPUT-6] names of files', () => {
  it.each([
    ['plan.pdf', 'plan.pdf'],
    ['C:\\Users\\ann\\plan.pdf', 'plan.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\u0000b\u200b.txt', 'ab.txt'],
    ['  two   words .txt', 'two words .txt'],
    ['...hidden', 'hidden'],
    ['con.txt', '_con.txt'],
    ['a<b>:"c|?*.txt', 'a_b___c___.txt'],
    ['\ud800.pdf', '\ufffd.pdf'],
    ['', 'file'],
    ['/', 'file'],
    ['<img src=x onerror=alert(1)>.png', '_img src=x onerror=alert(1)_.png'],
    [`${'x'.repeat(300)}.tar.gz`, `${'x'.repeat(125)}.gz`],
    ['отчёт 日本語 🎉.docx', 'отчёт 日本語 🎉.docx'],
  ])('[R-INPUT-6] %j is kept as %j', (name, kept) => {
    expect(toFileName(name)).toBe(kept);
    expect(isFileName(kept)).toBe(true);
  });
  it.each(['', 'a/b', 'a\\b', '.a', 'a ', 'a\u202eb', 'x'.repeat(129)])(
    '[R-INPUT-6] a room does not take %j',
    (name) => {
      expect(isFileName(name)).toBe(false);
    },
  );
});
