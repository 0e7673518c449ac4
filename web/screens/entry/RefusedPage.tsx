import { DoorOpen, Lock } from 'lucide-react';
import { describeError } from '../../lib/describeError.ts';
import { MessagePage } from '../../ui/MessagePage.tsx';

interface RefusedPageProps {
  code: string;
  onAgain: () => void;
  onHome: () => void;
}

/** Trying again can help with these; the others are final. */
const MAY_CHANGE = new Set(['ROOM_FULL', 'ROOM_LOCKED', 'ADDRESS_FULL', 'REMOVED']);

export function RefusedPage({ code, onAgain, onHome }: RefusedPageProps) {
  const described = describeError(Object.assign(new Error(code), { code }));
  const home = { label: 'Go to the first page', onClick: onHome };
  const again = { label: code === 'REMOVED' ? 'Ask to join again' : 'Try again', onClick: onAgain };
  return (
    <MessagePage
      title={(described?.title ?? '').replace(/\.$/u, '')}
      text={described?.advice ?? ''}
      icon={code === 'ROOM_NOT_FOUND' || code === 'ROOM_CLOSED' ? DoorOpen : Lock}
      actions={MAY_CHANGE.has(code) ? [again, home] : [home]}
    />
  );
}
