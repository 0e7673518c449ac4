import type { Room } from '../../client/index.ts';
import type { Notice } from './Meeting.ts';

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

export interface Moment {
  readonly isHidden: boolean;
  readonly hasUnsentInput: boolean;
  readonly mediaFlows: boolean;
  /** How long the person has seen the notice. */
  readonly noticeAgeMs: number;
}

const RELOADED_FOR = 'everroom:reloaded-for';
const CHECK_MS = 1_000;
/** Time to read the notice. */
const NOTICE_MS = 4_000;
/** After this a reload is better than going on with half of the meeting. */
const PATIENCE_MS = 60_000;

const RELOADS_SOON: Notice = {
  title: 'Everroom was updated.',
  advice: 'This page loads itself again in a moment. You stay in the meeting.',
};
const STILL_OLD: Notice = {
  title: 'Everroom was updated, and this page is still the old one.',
  advice: 'Close this tab, then open the link of the meeting again.',
};

/** Returns true if a reload disturbs nobody now. */
export function isCalm({ isHidden, hasUnsentInput, mediaFlows, noticeAgeMs }: Moment): boolean {
  if (hasUnsentInput) return false;
  return isHidden || (noticeAgeMs >= NOTICE_MS && (!mediaFlows || noticeAgeMs >= PATIENCE_MS));
}

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

/** Loads the page again at a calm moment once no server speaks its version any more. */
export class PageUpgrade {
  readonly #room: Room;
  readonly #page: UpgradablePage;
  readonly #say: (notice: Notice) => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #server = '';
  #noticeAt = 0;
  #bytes = 0;

  constructor(room: Room, page: UpgradablePage, say: (notice: Notice) => void) {
    this.#room = room;
    this.#page = page;
    this.#say = say;
    room.on('upgradeNeeded', (error) => this.#needed(serverOf(error)));
    room.on('disconnected', () => this.#stop());
  }

  #needed(server: string): void {
    this.#server = server;
    if (this.#timer !== undefined) return;
    this.#noticeAt = performance.now();
    this.#timer = setInterval(() => void this.#check(), CHECK_MS);
    this.#say(RELOADS_SOON);
    void this.#check();
  }

  async #check(): Promise<void> {
    // Another server accepted the client.
    if (!this.#room.needsUpgrade) {
      this.#stop();
      return;
    }
    const bytes = await receivedBytes(this.#room);
    const mediaFlows = bytes > this.#bytes;
    this.#bytes = bytes;
    const now: Moment = {
      isHidden: this.#page.isHidden(),
      hasUnsentInput: this.#page.hasUnsentInput(),
      mediaFlows,
      noticeAgeMs: performance.now() - this.#noticeAt,
    };
    if (this.#timer === undefined || !isCalm(now)) return;
    clearInterval(this.#timer);
    if (!reloadOnce(this.#page, this.#server)) this.#say(STILL_OLD);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

async function receivedBytes(room: Room): Promise<number> {
  let bytes = 0;
  for (const report of await room.getStats()) {
    for (const stats of report.values()) if (stats.type === 'inbound-rtp') bytes += stats.bytesReceived ?? 0;
  }
  return bytes;
}
