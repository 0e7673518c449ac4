import type { Connection } from './Connection.ts';

/** The network is back, or somebody looks at the page again: waiting for the next attempt makes no sense any more. */
export function wakeWithThePage(connection: Pick<Connection, 'wake'>): () => void {
  if (typeof window === 'undefined') return () => undefined;
  const wake = (): void => connection.wake();
  window.addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  return () => {
    window.removeEventListener('online', wake);
    document.removeEventListener('visibilitychange', wake);
  };
}
