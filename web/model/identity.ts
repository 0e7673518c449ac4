import type { Stay } from './Door.ts';

/**
 * Who this tab is in a room. The join token stays with the tab; a host's token is also kept for the browser, so that
 * the creator of a room comes back as its host, in one tab at a time. Storage may be forbidden: then a reload joins as
 * a newcomer.
 */

export function rememberHostToken(roomId: string, token: string): void {
  write('localStorage', hostKey(roomId), token);
  write('sessionStorage', tokenKey(roomId), token);
}

export function rememberToken(roomId: string, token: string): void {
  write('sessionStorage', tokenKey(roomId), token);
}

export function forgetTokens(roomId: string): void {
  write('sessionStorage', tokenKey(roomId), null);
  write('localStorage', hostKey(roomId), null);
}

/** Forgets who this tab was in any room, and the hosts' tokens that bear somebody's name. */
export function forgetEverybody(): void {
  for (const key of keysOf('sessionStorage')) write('sessionStorage', key, null);
  for (const key of keysOf('localStorage')) {
    const token = key.startsWith(hostKey('')) ? read('localStorage', key) : null;
    if (token !== null && nameIn(token) !== null) write('localStorage', key, null);
  }
}

/** Returns true if the tab's token is one that anybody gets: whoever signs in is somebody else. */
export function isGuest(roomId: string): boolean {
  const token = read('sessionStorage', tokenKey(roomId));
  if (token === null || token === read('localStorage', hostKey(roomId))) return false;
  return claimOf(token, 'anonymous') === true;
}

/** Returns the token to enter with; null if a new one is needed. */
export async function findToken(roomId: string): Promise<string | null> {
  const hostToken = read('localStorage', hostKey(roomId));
  const own = read('sessionStorage', tokenKey(roomId));
  if (own !== null && own !== hostToken) return own;
  // The creator's second tab, or a duplicate of the first, is another participant: one cannot be in two places.
  if (hostToken !== null && ((await claimForThisTab(roomId)) || (own !== null && isReload()))) {
    rememberToken(roomId, hostToken);
    return hostToken;
  }
  return null;
}

/** Remembers what the tab has on in the meeting, in case of a reload. */
export function rememberStay(roomId: string, stay: Stay | null): void {
  write('sessionStorage', stayKey(roomId), stay === null ? null : JSON.stringify(stay));
}

export function formerStayOf(roomId: string): Stay | null {
  try {
    const saved: unknown = JSON.parse(read('sessionStorage', stayKey(roomId)) ?? 'null');
    if (typeof saved !== 'object' || saved === null || !('name' in saved) || typeof saved.name !== 'string')
      return null;
    const on = (key: string) => Reflect.get(saved, key) === true;
    return { name: saved.name, cameraOn: on('cameraOn'), microphoneOn: on('microphoneOn') };
  } catch {
    return null; // Written by something else.
  }
}

/** Returns true if this browser is somebody in the room already. */
export function isKnown(roomId: string): boolean {
  return read('sessionStorage', tokenKey(roomId)) !== null || read('localStorage', hostKey(roomId)) !== null;
}

/**
 * An application can hand a token over in the fragment, which no server and no referrer sees; it leaves the address at
 * once.
 */
export function takeHandedToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) history.replaceState(null, '', location.pathname + location.search);
  return token;
}

/** Returns the name that a token fixes; null if it fixes none. Not verified: it only asks the person. */
export function nameIn(token: string): string | null {
  const name = claimOf(token, 'name');
  return typeof name === 'string' ? name : null;
}

function claimOf(token: string, claim: string): unknown {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? Reflect.get(claims, claim) : null;
  } catch {
    return null; // Not a token.
  }
}

/** Returns true after a reload: the page before may not have given up its claim yet. */
function isReload(): boolean {
  const [navigation] = performance.getEntriesByType('navigation');
  return navigation instanceof PerformanceNavigationTiming && navigation.type === 'reload';
}

/** Resolves with true if no other tab has the claim; this tab then holds it until the page goes. */
async function claimForThisTab(roomId: string): Promise<boolean> {
  const { locks } = navigator;
  if (!locks) return true; // Not a secure page.
  const { promise: gone } = Promise.withResolvers<never>();
  return new Promise((resolve, reject) => {
    locks
      .request(`everroom:host:${roomId}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null || held.has(roomId));
        if (lock === null) return;
        held.add(roomId);
        return gone;
      })
      .catch(reject);
  });
}

const held = new Set<string>();

type StorageKind = 'localStorage' | 'sessionStorage';

function read(kind: StorageKind, key: string): string | null {
  try {
    return window[kind].getItem(key);
  } catch {
    return null; // Forbidden.
  }
}

function write(kind: StorageKind, key: string, value: string | null): void {
  try {
    if (value === null) window[kind].removeItem(key);
    else window[kind].setItem(key, value);
  } catch (error) {
    console.debug('a reload will join as a newcomer', error);
  }
}

function keysOf(kind: StorageKind): string[] {
  try {
    return Object.keys(window[kind]).filter((key) => key.startsWith('everroom:'));
  } catch {
    return []; // Forbidden.
  }
}

const hostKey = (roomId: string) => `everroom:host:${roomId}`;
const tokenKey = (roomId: string) => `everroom:token:${roomId}`;
const stayKey = (roomId: string) => `everroom:stay:${roomId}`;
