import type { ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { speak } from '../i18n/i18n.ts';
import { Page } from '../ui/Page.tsx';
import { speakAtLength } from './speakAtLength.ts';

/** Shows the state that the address names. Tests go on to others by `show`, each in any language by `speak`. */
export async function startGallery(states: Readonly<Record<string, () => ReactNode>>): Promise<void> {
  const place = document.getElementById('root');
  if (!place) throw new Error('the document has no place for the page');
  let shown: Root | null = null;

  /** Shows a state as a page that was just loaded would: nothing is left of the one before. */
  const show = async (name: string): Promise<void> => {
    const state = states[name];
    if (!state) throw new Error(`no state ${name}`);
    shown?.unmount();
    sessionStorage.clear();
    localStorage.clear();
    // A state puts its own over these of the browser.
    Reflect.deleteProperty(navigator.mediaDevices, 'getUserMedia');
    Reflect.deleteProperty(navigator.storage, 'getDirectory');
    document.documentElement.removeAttribute('data-theme');
    await speak('en');
    shown = createRoot(place);
    shown.render(<Page>{state()}</Page>);
  };
  Object.assign(window, { show, speak, speakAtLength });
  await show(new URLSearchParams(location.search).get('state') ?? 'landing');
}
