import { readPreferences, savePreferences } from './preferences.ts';
import type { Theme } from './themes.ts';

/** Shows the page as it was chosen here. */
export function startTheme(): void {
  show(readPreferences().theme);
}

/** Shows the page so, now and next time. */
export function chooseTheme(theme: Theme): void {
  savePreferences({ theme });
  show(theme);
}

/** The browser's own bars follow the page. */
function show(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = meta.dataset.theme;
    meta.media = theme === 'system' ? `(prefers-color-scheme: ${own})` : theme === own ? 'all' : 'not all';
  }
}
