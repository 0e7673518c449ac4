import type { Grants } from './state.ts';

/** What a node knows of somebody who comes in, besides name and role: from the token and the connection. */
export interface Entrant {
  /** When the token was signed (ms since the epoch). */
  readonly tokenIssuedAt: number;
  /** The token was given without the API key: such an identity costs nothing. */
  readonly anonymous: boolean;
  /** The name is the token's: it stays as it is. */
  readonly nameFixed: boolean;
  /** Null follows the room. */
  readonly grants: Grants | null;
  /** A keyed hash of the random id that the browser keeps; null if the client sends none. */
  readonly device: string | null;
  /** A keyed hash of the address that limits count by. */
  readonly address: string | null;
  /** A keyed hash of the account with which they signed in; null if they did not. */
  readonly account: string | null;
  /** The most people of one address in a room, and in its lobby; counts for the anonymous. */
  readonly addressShare: number;
}
