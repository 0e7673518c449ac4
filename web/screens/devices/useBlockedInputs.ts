import { useEffect, useState } from 'react';
import { type InputKind, queryPermission } from '../../model/inputAccess.ts';

export interface BlockedInputs {
  readonly microphone: boolean;
  readonly camera: boolean;
}

const NONE: BlockedInputs = { microphone: false, camera: false };

/** Asked once: browsers keep every answer for as long as the page lives. */
const statuses = new Map<string, Promise<PermissionStatus>>();

/** Returns what the person, or the browser, forbids this page to use. Browsers that do not say it: nothing. */
export function useBlockedInputs(): BlockedInputs {
  const [blocked, setBlocked] = useState(NONE);
  useEffect(() => {
    let stop: (() => void) | null = () => undefined;
    Promise.all([statusOf('microphone'), statusOf('camera')]).then(
      ([microphone, camera]) => {
        if (stop === null) return;
        const look = () => setBlocked({ microphone: microphone.state === 'denied', camera: camera.state === 'denied' });
        for (const status of [microphone, camera]) status.addEventListener('change', look);
        stop = () => {
          for (const status of [microphone, camera]) status.removeEventListener('change', look);
        };
        look();
      },
      (error: unknown) => console.debug('the browser does not tell permissions', error),
    );
    return () => {
      stop?.();
      stop = null;
    };
  }, []);
  return blocked;
}

function statusOf(name: InputKind): Promise<PermissionStatus> {
  const status = statuses.get(name) ?? queryPermission(name);
  statuses.set(name, status);
  return status;
}
