import { SessionStore } from './SessionStore.ts';
import { browserStorage } from './storage.ts';

/**
 * Returns true if this tab was in the room before a reload and can go back in without another token. Pages can ask
 * before they load the rest of the client.
 */
export function canResume(roomId: string, storage = browserStorage('sessionStorage')): boolean {
  return new SessionStore(storage).load(roomId) !== undefined;
}
