import { browserStorage, type KeyValueStorage } from './storage.ts';

const KEY = 'everroom:device';

/**
 * Returns the random id of this browser, and keeps it for all tabs and rooms: servers know by it, as a hash, who was
 * banned here and whose place a second tab may take over. Undefined outside browsers.
 */
export function ownDeviceId(newId: () => string, storage?: KeyValueStorage): string | undefined {
  if (storage === undefined && typeof window === 'undefined') return undefined;
  const kept = storage ?? browserStorage('localStorage');
  const known = kept.getItem(KEY);
  if (known !== null && known.length >= 16 && known.length <= 64) return known;
  const id = newId();
  try {
    kept.setItem(KEY, id);
  } catch (error) {
    console.debug('the next page has another device id', error);
  }
  return id;
}
