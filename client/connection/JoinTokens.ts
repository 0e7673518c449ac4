import { claimsOf } from '../claimsOf.ts';
import { ConnectError, RequestRefused } from '../errors.ts';

/** The codes of refusals after which another join token may let the person in. */
const RENEWED_AFTER = ['TOKEN_EXPIRED', 'TOKEN_INVALID', 'TOKEN_REVOKED', 'TOKEN_USED', 'REMOVED'] as const;

/** With these codes a resume token is of no use any more; a join token may be. */
const STAY_OVER: ReadonlySet<string> = new Set([
  ...['NOT_IN_ROOM', 'PARTICIPANT_NOT_FOUND', 'TOKEN_EXPIRED', 'TOKEN_INVALID'],
]);

/** Returns whether this refusal of a resume means that the person has to join again. */
export function isStayOver(error: unknown): boolean {
  return error instanceof RequestRefused && STAY_OVER.has(error.code);
}

export interface JoinTokenWanted {
  /** The code with which the token was refused; SESSION_OVER: the stay ended, and there is no token to join again. */
  readonly reason: (typeof RENEWED_AFTER)[number] | 'SESSION_OVER';
  /** The token must be for this participant, who was in the room; null: for whomever it lets in. */
  readonly participantId: string | null;
}

/** Returns another join token for the same room; null if there is none. */
export type GetJoinToken = (wanted: JoinTokenWanted) => Promise<string | null>;

/** The join token of a client. Where one does not let it in, it asks the application once for another. */
export class JoinTokens {
  readonly #get: GetJoinToken | undefined;
  #token: string | undefined;
  #self: { readonly roomId: string; readonly participantId: string } | undefined;
  #asked = false;

  constructor(token: string | undefined, get: GetJoinToken | undefined) {
    this.#token = token;
    this.#get = get;
  }

  /** Whether somebody whose stay is over may come in again. */
  get mayJoin(): boolean {
    return this.#token !== undefined || this.#get !== undefined;
  }

  /** The client is in the room: a token for somebody else is of no use from now on, and it may ask again. */
  entered({ roomId, participantId }: { readonly roomId: string; readonly participantId: string }): void {
    this.#self = { roomId, participantId };
    this.#asked = false;
  }

  /** @throws ConnectError TOKEN_EXPIRED when there is none */
  async current(): Promise<string> {
    if (this.#token === undefined) await this.#ask('SESSION_OVER');
    if (this.#token !== undefined) return this.#token;
    throw new ConnectError('TOKEN_EXPIRED', 'The session is over and there is no join token.');
  }

  /** Returns whether there is another token after this refusal of a join. */
  async renewAfter(error: unknown): Promise<boolean> {
    const reason = RENEWED_AFTER.find((code) => error instanceof RequestRefused && error.code === code);
    if (reason === undefined) return false;
    // Whoever was removed from the room does not come back unless they ask to.
    if (reason === 'REMOVED' && this.#self !== undefined) return false;
    return this.#ask(reason);
  }

  async #ask(reason: JoinTokenWanted['reason']): Promise<boolean> {
    if (this.#get === undefined || this.#asked) return false;
    this.#asked = true;
    const self = this.#self;
    const token = await this.#get({ reason, participantId: self?.participantId ?? null });
    const claims = token === null ? undefined : claimsOf(token);
    const isOwn = claims?.roomId === self?.roomId && claims?.participantId === self?.participantId;
    if (token === null || (self !== undefined && !isOwn)) return false;
    this.#token = token;
    return true;
  }
}
