import { useTranslation } from 'react-i18next';
import { direction, language, speak } from '../i18n/i18n.ts';
import { type Language, languageFor } from '../i18n/languages.ts';
import { readPreferences, savePreferences } from './preferences.ts';

/** Shows the page in the language that was chosen here, else in the browser's; in English if that does not load. */
export async function startLanguage(): Promise<void> {
  try {
    await speak(readPreferences().language ?? languageFor(navigator.languages));
  } catch (error) {
    console.warn('the language does not load', error);
  }
}

/**
 * Shows the page in this language, now and next time.
 * @throws if its texts cannot be loaded
 */
export async function chooseLanguage(wanted: Language): Promise<void> {
  await speak(wanted);
  savePreferences({ language: wanted });
}

/** Returns the page's language; the component renders again when it changes. */
export function useLanguage(): Language {
  useTranslation();
  return language();
}

/** Returns which way the page is written. */
export function useDirection(): 'ltr' | 'rtl' {
  useTranslation();
  return direction();
}
