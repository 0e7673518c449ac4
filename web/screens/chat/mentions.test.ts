import { describe, expect, it } from 'vitest';
import { mentionAt, mentions, namesFor } from './mentions.ts';

describe('mentions', () => {
  it.each([
    ['Thanks @Ada', 'Ada', true],
    ['@ada, please', 'Ada', true],
    ['@Ada Lovelace!', 'Ada Lovelace', true],
    ['@Adalbert', 'Ada', false],
    ['ada@example.org', 'example', false],
    ['@Adalbert and @Ada', 'Ada', true],
    ['nothing', 'Ada', false],
    ['@李小龍 hi', '李小龍', true],
    ['@.*', 'Ada', false],
  ])('the text %j for %j: %j', (text, name, isMeant) => {
    expect(mentions(text, name)).toBe(isMeant);
  });

  it('a name is being written from the "@" to the caret', () => {
    expect(mentionAt('Hi @Ad and more', 6)).toEqual({ from: 3, typed: 'Ad' });
    expect(mentionAt('@', 1)).toEqual({ from: 0, typed: '' });
    expect(mentionAt('ada@ex', 6)).toBeNull();
    expect(mentionAt('Hi', 2)).toBeNull();
  });

  it('names that begin with the typed letters come first', () => {
    const people = ['Mary Adams', 'Ada', 'Bob'].map((name) => ({ name }));
    expect(namesFor('ad', people).map(({ name }) => name)).toEqual(['Ada', 'Mary Adams']);
    expect(namesFor('', people)).toHaveLength(3);
  });
});
