import type { Connection } from './Connection.ts';

/**
 * Ends the wait for the next attempt when the network is back or somebody looks at the page again. Returns a function
 * that stops this.
 */
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
