/**
 * What the browser remembers for this person. Storage may be forbidden or full: then nothing is remembered, and
 * everything else works.
 */
export interface Preferences {
  readonly name: string;
  readonly cameraOn: boolean;
  readonly microphoneOn: boolean;
  readonly cameraId: string | null;
  readonly microphoneId: string | null;
  readonly speakerId: string | null;
  readonly singleKeys: boolean;
}

const KEY = 'everroom:preferences';

const DEFAULTS: Preferences = {
  name: '',
  cameraOn: true,
  microphoneOn: true,
  cameraId: null,
  microphoneId: null,
  speakerId: null,
  singleKeys: true,
};

export function readPreferences(): Preferences {
  const saved = readSaved();
  const flag = (key: keyof Preferences, fallback: boolean) => (typeof saved[key] === 'boolean' ? saved[key] : fallback);
  const text = (key: keyof Preferences) => (typeof saved[key] === 'string' ? saved[key] : null);
  return {
    name: text('name')?.slice(0, 64) ?? DEFAULTS.name,
    cameraOn: flag('cameraOn', DEFAULTS.cameraOn),
    microphoneOn: flag('microphoneOn', DEFAULTS.microphoneOn),
    cameraId: text('cameraId'),
    microphoneId: text('microphoneId'),
    speakerId: text('speakerId'),
    singleKeys: flag('singleKeys', DEFAULTS.singleKeys),
  };
}

export function savePreferences(change: Partial<Preferences>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...change }));
  } catch (error) {
    console.debug('preferences are not kept', error);
  }
}

function readSaved(): Record<string, unknown> {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof saved === 'object' && saved !== null ? { ...saved } : {};
  } catch {
    return {}; // Forbidden, or written by something else.
  }
}
