import { BadgeCheck, UserRound } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import type { Account, SignInState } from '../../model/Account.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import './AccountLine.css';

interface AccountLineProps {
  account: Account;
  /** Undefined until it is known. */
  state: SignInState | null | undefined;
  /** What is said to somebody who has not signed in. */
  otherwise: string;
}

/** Who has signed in, or how to. Nothing where nobody can. */
export function AccountLine({ account, state, otherwise }: AccountLineProps) {
  const t = useT();
  const { attempt } = useNotices();
  if (!state) return null;
  const { person } = state;
  return (
    <div className="account-line">
      {person ? <BadgeCheck size={18} /> : <UserRound size={18} />}
      <span>{person ? t('entry:signIn.as', { name: person.name }) : otherwise}</span>
      {person ? (
        <Button variant="quiet" onClick={() => void attempt(account.signOut())}>
          {t('entry:signIn.signOut')}
        </Button>
      ) : (
        <Button onClick={() => account.signIn()}>{t('entry:signIn.signIn')}</Button>
      )}
    </div>
  );
}
