import { expect, it } from 'vitest';
import { LANGUAGES, type Language, languageFor, localeFor } from './languages.ts';

type Texts = ReadonlyMap<string, string>;

const FILES = import.meta.glob<unknown>('./*/*.json', { eager: true, import: 'default' });
const FORM = /_(zero|one|two|few|many|other)$/u;
const ENGLISH = textsOf('en');
const OTHERS = (Object.keys(LANGUAGES) as Language[]).filter((language) => language !== 'en');

/** Returns a language's texts by "area:key". */
function textsOf(language: string): Texts {
  const texts = new Map<string, string>();
  const add = (key: string, value: unknown): void => {
    if (typeof value === 'string') texts.set(key, value);
    else
      for (const [name, inner] of Object.entries(value ?? {}))
        add(`${key}${key.endsWith(':') ? '' : '.'}${name}`, inner);
  };
  for (const [path, content] of Object.entries(FILES)) {
    const [, folder, area] = /^\.\/([^/]+)\/([^/]+)\.json$/u.exec(path) ?? [];
    if (folder === language) add(`${area}:`, content);
  }
  return texts;
}

const nameOf = (key: string) => key.replace(FORM, '');
const formsOf = (language: string) => new Intl.PluralRules(language).resolvedOptions().pluralCategories;

/** Returns the keys that a language must have for the texts of English: a counted text has each of its forms. */
function keysFor(language: string): string[] {
  const names = new Set([...ENGLISH.keys()].map((key) => (FORM.test(key) ? `${nameOf(key)}_` : key)));
  return [...names].flatMap((name) => {
    return name.endsWith('_') ? formsOf(language).map((form) => `${name}${form}`) : [name];
  });
}

/** Returns placeholders and tags in the order of the alphabet. */
const marksOf = (text: string) =>
  [...text.matchAll(/\{\{\s*([\w.]+)[^}]*\}\}|<\/?\w+\/?>/gu)].map(([mark]) => mark).sort();

it.each(['en', ...OTHERS])('the language %s has every text, in each of its forms, and no other', (language) => {
  expect([...textsOf(language).keys()].sort()).toEqual(keysFor(language).sort());
});

it.each(['en', ...OTHERS])('texts in %s have the placeholders and tags of the English ones', (language) => {
  const wrong = [...textsOf(language)].filter(([key, text]) => {
    const original = ENGLISH.get(key) ?? ENGLISH.get(`${nameOf(key)}_other`) ?? '';
    // A form for one number may say it in words: "a minute".
    const required = FORM.test(key) && !key.endsWith('_other') ? withoutCount(marksOf(original)) : marksOf(original);
    const present = FORM.test(key) && !key.endsWith('_other') ? withoutCount(marksOf(text)) : marksOf(text);
    return required.join() !== present.join();
  });
  expect(wrong).toEqual([]);
});

const withoutCount = (marks: readonly string[]) => marks.filter((mark) => mark !== '{{count}}');

it.each(['en', ...OTHERS])('texts in %s are neither empty nor padded', (language) => {
  expect([...textsOf(language)].filter(([, text]) => text === '' || text !== text.trim())).toEqual([]);
});

it('the page speaks the first language of the browser that it knows, else English', () => {
  expect(languageFor(['de-AT', 'en-US'])).toBe('de');
  expect(languageFor(['fr', 'ru', 'de'])).toBe('ru');
  expect(languageFor(['in-ID'])).toBe('id');
  expect(languageFor(['fr-FR', 'not a tag'])).toBe('en');
  expect(languageFor([])).toBe('en');
});

it('dates are written as the browser writes them in the language of the page', () => {
  expect(localeFor('en', ['de-DE', 'en-GB', 'en-US'])).toBe('en-GB');
  expect(localeFor('ru', ['de-DE'])).toBe('ru');
});
