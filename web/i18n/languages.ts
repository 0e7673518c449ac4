/** The languages of the page, by their own names. */
export const LANGUAGES = {
  en: 'English',
  id: 'Bahasa Indonesia',
  ru: 'Русский',
  de: 'Deutsch',
} as const;

export type Language = keyof typeof LANGUAGES;

export function isLanguage(tag: unknown): tag is Language {
  return typeof tag === 'string' && Object.hasOwn(LANGUAGES, tag);
}

/** Returns the first language a person reads that the page speaks; English if there is none. */
export function languageFor(wanted: readonly string[]): Language {
  return wanted.map(languageOf).find(isLanguage) ?? 'en';
}

/** Returns the tag among those a person reads that says how they write dates and numbers in this language. */
export function localeFor(language: Language, wanted: readonly string[]): string {
  return wanted.find((tag) => languageOf(tag) === language) ?? language;
}

function languageOf(tag: string): string | null {
  try {
    return new Intl.Locale(tag).language; // Knows that "in" is an old name of "id".
  } catch {
    return null;
  }
}
