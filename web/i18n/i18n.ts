import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { TextKey, TextValues } from './areas.ts';
import { type Language, languageFor, localeFor } from './languages.ts';

type Texts = Readonly<Record<string, unknown>>;

/** English comes with the page, which always has words then: also when another language does not load. */
const ENGLISH: Texts = import.meta.glob('./en/*.json', { eager: true, import: 'default' });

const LOADED_WHEN_CHOSEN: Readonly<Record<Exclude<Language, 'en'>, () => Promise<{ texts: Texts }>>> = {
  id: () => import('./id.ts'),
  ru: () => import('./ru.ts'),
  de: () => import('./de.ts'),
};

void i18next.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: byArea(ENGLISH) },
  initAsync: false,
  interpolation: { escapeValue: false }, // React escapes.
  react: { useSuspense: false },
});

/** Returns a text in the language of this moment. Components take `useT`, so that they follow a change. */
export function t(key: TextKey, values: TextValues = {}): string {
  return i18next.t(key, values);
}

/** Returns whether a key that was put together names a text. */
export function hasText(key: string): key is TextKey {
  return i18next.exists(key);
}

/** Returns `t` for a component, which renders again when the language changes. */
export function useT(): typeof t {
  const { t } = useTranslation();
  return t;
}

export function language(): Language {
  return languageFor([i18next.language]);
}

export function direction(): 'ltr' | 'rtl' {
  return document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr';
}

/** Names how dates and numbers are written: as the person's browser does for the language, else as usual in it. */
export function locale(): string {
  return localeFor(language(), navigator.languages);
}

/**
 * Shows the page in another language.
 * @throws if its texts cannot be loaded; the page then stays as it is
 */
export async function speak(wanted: Language): Promise<void> {
  if (wanted !== 'en' && !i18next.hasResourceBundle(wanted, 'common')) {
    const { texts } = await LOADED_WHEN_CHOSEN[wanted]();
    for (const [area, content] of Object.entries(byArea(texts))) i18next.addResourceBundle(wanted, area, content);
  }
  await i18next.changeLanguage(wanted);
  document.documentElement.lang = wanted;
  document.documentElement.dir = i18next.dir(wanted);
}

/** "./de/chat.json" holds the texts of the area "chat". */
function byArea(files: Texts): Record<string, object> {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => {
      const area = /([^/]+)\.json$/u.exec(path)?.[1];
      if (area === undefined || typeof content !== 'object' || content === null) throw new Error(`no texts: ${path}`);
      return [area, content];
    }),
  );
}
