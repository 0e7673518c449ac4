type TabMemory = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What a tab remembers, in place of `sessionStorage`. */
export function memory(): { readonly kept: Map<string, string>; readonly open: () => TabMemory } {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  return { kept, open: () => storage };
}

export function forbidden(): never {
  throw new DOMException('no', 'SecurityError');
}
