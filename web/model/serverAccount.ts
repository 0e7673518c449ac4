import { endSignIn, readSignIn } from '../lib/api.ts';
import type { Account } from './Account.ts';
import { forgetEverybody } from './identity.ts';

/** The account of whoever is at this page; they come back to `path`. */
export function serverAccount(path: string): Account {
  return {
    // Browsers keep cookies from a page in a frame, and providers do not show themselves in one.
    read: async () => (window.parent === window ? readSignIn() : null),
    signIn: () => location.assign(`/sign-in?${new URLSearchParams({ to: path })}`),
    async signOut() {
      const signOutAt = await endSignIn();
      forgetEverybody();
      location.assign(signOutAt ?? '/');
    },
  };
}
