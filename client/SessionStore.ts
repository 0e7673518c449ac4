import { z } from 'zod';
import type { KeyValueStorage } from './storage.ts';

/** What a reloaded page needs to go on as the same participant. */
const StoredSession = z.object({
  participantId: z.string(),
  resumeToken: z.string(),
  nodes: z.array(z.string()).min(1),
});
export type StoredSession = z.infer<typeof StoredSession>;

export class SessionStore {
  readonly #storage: KeyValueStorage;

  constructor(storage: KeyValueStorage) {
    this.#storage = storage;
  }

  load(roomId: string): StoredSession | undefined {
    const text = this.#storage.getItem(key(roomId));
    if (text === null) return undefined;
    try {
      return StoredSession.parse(JSON.parse(text));
    } catch {
      // Written by another version, or by hand: it cannot be resumed from.
      this.#storage.removeItem(key(roomId));
      return undefined;
    }
  }

  save(roomId: string, session: StoredSession): void {
    try {
      this.#storage.setItem(key(roomId), JSON.stringify(session));
    } catch {
      // With full or forbidden storage a reloaded page cannot resume; everything else works.
      this.#storage.removeItem(key(roomId));
    }
  }

  forget(roomId: string): void {
    this.#storage.removeItem(key(roomId));
  }
}

const TokenClaims = z.object({ room: z.string(), sub: z.string() });

/** Reads whom a join token names. Not verified: it only finds what this client stored itself. */
export function claimsOf(token: string): { roomId: string; participantId: string } | undefined {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const claims = TokenClaims.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return claims.success ? { roomId: claims.data.room, participantId: claims.data.sub } : undefined;
  } catch {
    return undefined;
  }
}

function key(roomId: string): string {
  return `everroom:session:${roomId}`;
}
