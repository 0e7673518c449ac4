import type { Room } from '../../client/index.ts';
import { t } from '../i18n/i18n.ts';
import type { Notice } from './Meeting.ts';
import { reloadOnce, serverOf, type UpgradablePage } from './reloadOnce.ts';

export interface Moment {
  readonly isHidden: boolean;
  readonly hasUnsentInput: boolean;
  readonly mediaFlows: boolean;
  /** How long the person has seen the notice. */
  readonly noticeAgeMs: number;
}

const CHECK_MS = 1_000;
/** Time to read the notice. */
const NOTICE_MS = 4_000;
/** After this a reload is better than going on with half of the meeting. */
const PATIENCE_MS = 60_000;

function noticeOf(state: 'soon' | 'stillOld'): Notice {
  return { title: t(`meeting:upgrade.${state}.title`), advice: t(`meeting:upgrade.${state}.advice`) };
}

/** Returns true if a reload disturbs nobody now. */
export function isCalm({ isHidden, hasUnsentInput, mediaFlows, noticeAgeMs }: Moment): boolean {
  if (hasUnsentInput) return false;
  return isHidden || (noticeAgeMs >= NOTICE_MS && (!mediaFlows || noticeAgeMs >= PATIENCE_MS));
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
    this.#say(noticeOf('soon'));
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
    if (!reloadOnce(this.#page, this.#server)) this.#say(noticeOf('stillOld'));
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
