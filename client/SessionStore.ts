import type { KeyValueStorage } from './storage.ts';

/** What a reloaded page needs to go on as the same participant. */
export interface StoredSession {
  readonly participantId: string;
  readonly resumeToken: string;
  readonly nodes: readonly string[];
}

export class SessionStore {
  readonly #storage: KeyValueStorage;

  constructor(storage: KeyValueStorage) {
    this.#storage = storage;
  }

  load(roomId: string): StoredSession | undefined {
    const text = this.#storage.getItem(key(roomId));
    if (text === null) return undefined;
    try {
      return readSession(JSON.parse(text));
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

/**
 * By hand: pages ask whether there is a session before they load what the meeting needs.
 * @throws if it is not a session
 */
function readSession(stored: unknown): StoredSession {
  const { participantId, resumeToken, nodes } = Object(stored);
  const isText = (value: unknown) => typeof value === 'string';
  if (!isText(participantId) || !isText(resumeToken) || !Array.isArray(nodes) || !nodes[0] || !nodes.every(isText)) {
    throw new TypeError('not a session');
  }
  return { participantId, resumeToken, nodes };
}

function key(roomId: string): string {
  return `everroom:session:${roomId}`;
}
