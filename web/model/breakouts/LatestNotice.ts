import type { Notice } from '../Meeting.ts';

/** Of several sources of notices, the last one that said something: each notice is a new object. */
export class LatestNotice {
  #seen: readonly (Notice | null)[] = [];
  #latest: Notice | null = null;

  of(...notices: readonly (Notice | null)[]): Notice | null {
    const fresh = notices.find((notice) => notice !== null && !this.#seen.includes(notice));
    if (fresh) this.#latest = fresh;
    this.#seen = [...notices];
    return this.#latest;
  }
}
