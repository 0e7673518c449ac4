/** What keeps texts by key, such as `sessionStorage`. Storage may be forbidden or full. */
export type Memory = Pick<Storage, 'getItem' | 'setItem'>;

/** Returns the object or list that was stored under the key; an empty object if there is none that can be read. */
export function readStored(memory: () => Memory, key: string): object {
  try {
    const saved: unknown = JSON.parse(memory().getItem(key) ?? '{}');
    return typeof saved === 'object' && saved !== null ? saved : {};
  } catch {
    return {}; // Forbidden, or written by something else.
  }
}

export function store(memory: () => Memory, key: string, value: object): void {
  try {
    memory().setItem(key, JSON.stringify(value));
  } catch (error) {
    console.debug('the page will not look as it did', error);
  }
}
