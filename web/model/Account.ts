import type { SignInState } from '../lib/api.ts';

export type { SignInState };

/** Signing in and out, as screens need it. */
export interface Account {
  /** Null where nobody can sign in. */
  read(): Promise<SignInState | null>;
  /** Goes to where people sign in; they come back to where they are now. */
  signIn(): void;
  signOut(): Promise<void>;
}
