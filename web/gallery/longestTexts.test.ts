import { expect, it } from 'vitest';
import { longestTexts } from './longestTexts.ts';

it('each text comes in the language in which it is longest, also in groups and where a language counts less', () => {
  const russian = { leave: 'Выйти', tile: { more: 'Ещё' }, people_one: 'человек', people_few: 'человека' };
  const german = { leave: 'Verlassen', tile: { more: 'Mehr' }, people_one: 'Person', people_other: 'Personen!' };
  expect(longestTexts(russian, [russian, german])).toEqual({
    leave: 'Verlassen',
    tile: { more: 'Mehr' },
    people_one: 'человек',
    people_few: 'Personen!',
  });
});
