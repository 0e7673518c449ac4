import { useEffect } from 'react';

/** Keeps a phone's screen on during the meeting. Browsers take the lock away while the page is hidden. */
export function useWakeLock(): void {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | null = null;
    let live = true;
    const take = async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        const taken = await navigator.wakeLock.request('screen');
        if (live) lock = taken;
        else await taken.release();
      } catch (error) {
        console.debug('the screen may go dark', error); // Battery saver, or not a secure page.
      }
    };
    void take();
    document.addEventListener('visibilitychange', take);
    return () => {
      live = false;
      document.removeEventListener('visibilitychange', take);
      void lock?.release();
    };
  }, []);
}
