import { isLanguage, type Language } from '../i18n/languages.ts';
import { ALERT_KINDS, type AlertKind } from './alertKinds.ts';
import { readStored, store } from './storedJson.ts';
import { isTheme, type Theme } from './themes.ts';

/**
 * What the browser remembers for this person. Storage may be forbidden or full: then nothing is remembered, and
 * everything else works.
 */
export interface Preferences {
  /** Null follows the browser. */
  readonly language: Language | null;
  readonly theme: Theme;
  readonly name: string;
  readonly cameraOn: boolean;
  readonly microphoneOn: boolean;
  readonly cameraId: string | null;
  /** The side of the phone whose camera was used last; null if unknown. */
  readonly cameraFacing: 'user' | 'environment' | null;
  readonly microphoneId: string | null;
  readonly speakerId: string | null;
  readonly singleKeys: boolean;
  /** What the page sounds for. */
  readonly sounds: readonly AlertKind[];
  /** Whether it shows notices outside of its window. */
  readonly desktopNotices: boolean;
  /** What is done to the person's picture and sound. */
  readonly effects: readonly ('blur' | 'noise')[];
}

const KEY = 'everroom:preferences';
const memory = () => localStorage;

const DEFAULTS: Preferences = {
  language: null,
  theme: 'system',
  name: '',
  cameraOn: true,
  microphoneOn: true,
  cameraId: null,
  cameraFacing: null,
  microphoneId: null,
  speakerId: null,
  singleKeys: true,
  sounds: ['knock', 'hand', 'message'],
  desktopNotices: false,
  effects: [],
};

export function readPreferences(): Preferences {
  const saved: Record<string, unknown> = { ...readStored(memory, KEY) };
  const flag = (key: keyof Preferences, fallback: boolean) => (typeof saved[key] === 'boolean' ? saved[key] : fallback);
  const text = (key: keyof Preferences) => (typeof saved[key] === 'string' ? saved[key] : null);
  const cameraFacing = text('cameraFacing');
  return {
    language: isLanguage(saved.language) ? saved.language : DEFAULTS.language,
    theme: isTheme(saved.theme) ? saved.theme : DEFAULTS.theme,
    name: text('name')?.slice(0, 64) ?? DEFAULTS.name,
    cameraOn: flag('cameraOn', DEFAULTS.cameraOn),
    microphoneOn: flag('microphoneOn', DEFAULTS.microphoneOn),
    cameraId: text('cameraId'),
    cameraFacing: cameraFacing === 'user' || cameraFacing === 'environment' ? cameraFacing : null,
    microphoneId: text('microphoneId'),
    speakerId: text('speakerId'),
    singleKeys: flag('singleKeys', DEFAULTS.singleKeys),
    sounds: Array.isArray(saved.sounds) ? chosenOf(ALERT_KINDS, saved.sounds) : DEFAULTS.sounds,
    desktopNotices: flag('desktopNotices', DEFAULTS.desktopNotices),
    effects: Array.isArray(saved.effects) ? chosenOf(['blur', 'noise'] as const, saved.effects) : DEFAULTS.effects,
  };
}

export function savePreferences(change: Partial<Preferences>): void {
  store(memory, KEY, { ...readPreferences(), ...change });
}

function chosenOf<Name extends string>(names: readonly Name[], chosen: readonly unknown[]): Name[] {
  return names.filter((name) => chosen.includes(name));
}
