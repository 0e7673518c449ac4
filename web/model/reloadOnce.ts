/** What an upgrade needs to know about the page, and the one thing it can do. */
export interface UpgradablePage {
  /** True in the background, where nobody looks at the page. */
  isHidden(): boolean;
  /** True if a reload would lose something that is written. */
  hasUnsentInput(): boolean;
  reload(): void;
  /** Survives the reload, in this tab. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
}

const RELOADED_FOR = 'everroom:reloaded-for';

/** Reloads for this server, unless that was tried: then the page is as old as before. Returns whether it reloads. */
export function reloadOnce(page: Pick<UpgradablePage, 'reload' | 'storage'>, server: string): boolean {
  try {
    if (page.storage.getItem(RELOADED_FOR) === server) return false;
    page.storage.setItem(RELOADED_FOR, server);
  } catch {
    return false; // If it could not remember the reload, it could reload endlessly.
  }
  page.reload();
  return true;
}

/** Names the servers that a refusal speaks for: each of their versions gets one reload. */
export function serverOf(error: unknown): string {
  const protocol = typeof error === 'object' && error !== null ? Reflect.get(error, 'protocol') : undefined;
  return `protocol ${typeof protocol === 'number' ? protocol : 'unknown'}`;
}
