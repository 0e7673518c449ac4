import { DoorOpen, Lock } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { describeError } from '../../lib/describeError.ts';
import type { Account } from '../../model/Account.ts';
import { MessagePage } from '../../ui/MessagePage.tsx';
import { useAccount } from './useAccount.ts';

interface RefusedPageProps {
  account: Account;
  code: string;
  onAgain: () => void;
  onHome: () => void;
}

/** Trying again can help with these; the others are final. */
const MAY_CHANGE = new Set(['ROOM_FULL', 'ROOM_LOCKED', 'ADDRESS_FULL', 'REMOVED']);

export function RefusedPage({ account, code, onAgain, onHome }: RefusedPageProps) {
  const t = useT();
  const signIn = useAccount(account);
  const mayHelp = code === 'GUESTS_REFUSED' && signIn?.person === null;
  const described = describeError(Object.assign(new Error(code), { code }));
  const home = { label: t('common:home'), onClick: onHome };
  const again = { label: code === 'REMOVED' ? t('common:askAgain') : t('common:tryAgain'), onClick: onAgain };
  const first = MAY_CHANGE.has(code) ? [again] : [];
  const entrance = { label: t('entry:signIn.signIn'), onClick: () => account.signIn() };
  return (
    <MessagePage
      title={(described?.title ?? '').replace(/\.$/u, '')}
      text={mayHelp ? t('entry:signIn.orInvited') : (described?.advice ?? '')}
      icon={code === 'ROOM_NOT_FOUND' || code === 'ROOM_CLOSED' ? DoorOpen : Lock}
      actions={[...(mayHelp ? [entrance] : first), home]}
    />
  );
}
