/** Where a client keeps what must survive a reload: the browser's Web Storage, or memory where there is none. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  /** All keys. Without it, what former stays left unsent is never cleaned up. */
  keys?(): readonly string[];
}

export class MemoryStorage implements KeyValueStorage {
  readonly #items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }

  keys(): readonly string[] {
    return [...this.#items.keys()];
  }
}

/** Web Storage can be missing, forbidden or full; memory then takes its place, and a reload starts from scratch. */
export function browserStorage(kind: 'localStorage' | 'sessionStorage'): KeyValueStorage {
  try {
    if (typeof window === 'undefined') return new MemoryStorage();
    const storage = window[kind];
    const probe = 'everroom:probe';
    storage.setItem(probe, '1');
    storage.removeItem(probe);
    return {
      getItem: (key) => storage.getItem(key),
      setItem: (key, value) => storage.setItem(key, value),
      removeItem: (key) => storage.removeItem(key),
      keys: () => Object.keys(storage),
    };
  } catch {
    return new MemoryStorage();
  }
}
