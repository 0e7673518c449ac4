import i18next from 'i18next';
import { LANGUAGES } from '../i18n/languages.ts';
import { longestTexts, type Texts } from './longestTexts.ts';

/** A kind of Russian: for numbers, dates and counts. */
const AT_LENGTH = 'ru-x-length';

const files: Readonly<Record<string, Texts>> = import.meta.glob('../i18n/*/*.json', { eager: true, import: 'default' });

/** Shows each text in whichever language it is longest: what fits then fits in all of them. */
export async function speakAtLength(): Promise<void> {
  for (const [path, russian] of Object.entries(files)) {
    const area = /\/ru\/(\w+)\.json$/u.exec(path)?.[1];
    if (area === undefined || i18next.hasResourceBundle(AT_LENGTH, area)) continue;
    const all = Object.keys(LANGUAGES).map((language) => files[path.replace('/ru/', `/${language}/`)] ?? {});
    i18next.addResourceBundle(AT_LENGTH, area, longestTexts(russian, all));
  }
  await i18next.changeLanguage(AT_LENGTH);
  document.documentElement.lang = 'ru';
  document.documentElement.dir = 'ltr';
}
