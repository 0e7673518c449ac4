import { useEffect, useState } from 'react';

export interface BlockedInputs {
  readonly microphone: boolean;
  readonly camera: boolean;
}

const NONE: BlockedInputs = { microphone: false, camera: false };

/** Returns what the person, or the browser, forbids this page to use. Browsers that do not say it: nothing. */
export function useBlockedInputs(): BlockedInputs {
  const [blocked, setBlocked] = useState(NONE);
  useEffect(() => {
    let live = true;
    const watched: PermissionStatus[] = [];
    const look = () => {
      const isDenied = (index: number) => watched[index]?.state === 'denied';
      if (live) setBlocked({ microphone: isDenied(0), camera: isDenied(1) });
    };
    const ask = async () => {
      for (const name of ['microphone', 'camera'] as const) {
        const status = await navigator.permissions.query({ name: name as PermissionName });
        status.onchange = look;
        watched.push(status);
      }
      look();
    };
    ask().catch((error: unknown) => console.debug('the browser does not tell permissions', error));
    return () => {
      live = false;
      for (const status of watched) status.onchange = null;
    };
  }, []);
  return blocked;
}
