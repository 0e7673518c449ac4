import { useEffect, useState } from 'react';
import type { Account, SignInState } from '../../model/Account.ts';

/** Returns how it stands with signing in; null where nobody can, undefined until that is known. */
export function useAccount(account: Account): SignInState | null | undefined {
  const [state, setState] = useState<SignInState | null>();
  useEffect(() => {
    let live = true;
    void account.read().then((read) => {
      if (live) setState(read);
    });
    return () => {
      live = false;
    };
  }, [account]);
  return state;
}
