import { useSyncExternalStore } from 'react';

export type Place =
  | { readonly page: 'landing' }
  | { readonly page: 'test' }
  | { readonly page: 'sign-in-failed' }
  | { readonly page: 'room'; readonly roomId: string }
  | { readonly page: 'unknown' };

const moved = new EventTarget();

export function navigate(path: string): void {
  history.pushState(null, '', path);
  moved.dispatchEvent(new Event('moved'));
}

export function roomPath(roomId: string): string {
  return `/r/${encodeURIComponent(roomId)}`;
}

/** The link that invites others; it carries no secret. */
export function roomLink(roomId: string): string {
  return `${location.origin}${roomPath(roomId)}`;
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

export function placeOf(path: string): Place {
  if (path === '/' || path === '/index.html') return { page: 'landing' };
  if (path === '/test') return { page: 'test' };
  if (path === '/sign-in/failed') return { page: 'sign-in-failed' };
  const encoded = /^\/r\/([^/]+)\/?$/u.exec(path)?.[1];
  if (encoded === undefined) return { page: 'unknown' };
  try {
    return { page: 'room', roomId: decodeURIComponent(encoded) };
  } catch {
    return { page: 'unknown' }; // A broken escape: no link of ours.
  }
}

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener);
  moved.addEventListener('moved', listener);
  return () => {
    removeEventListener('popstate', listener);
    moved.removeEventListener('moved', listener);
  };
}
