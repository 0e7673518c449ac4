/** The page that the capture belongs to: whether nobody looks at it. */
export interface PageVisibility {
  readonly hidden: boolean;
  addEventListener(type: 'visibilitychange', listener: () => void): void;
  removeEventListener(type: 'visibilitychange', listener: () => void): void;
}

export interface CaptureWatchOptions {
  readonly track: MediaStreamTrack;
  /** Pictures that the camera has given so far; null if unknown, or while it gives none on purpose. */
  readonly pictures: (() => Promise<number | null>) | undefined;
  readonly changed: () => void;
  /** Undefined outside browsers. */
  readonly page: PageVisibility | undefined;
}

/** Shorter silences, such as those of a device that is being set up, do not count. */
const SETTLE_MS = 200;
/** Browsers slow the timers of hidden pages to one a second. */
const LOOK_EVERY_MS = 350;
/** Looks without a new picture before a camera stands still: the slowest camera gives five pictures a second. */
const LOOKS = 2;

/**
 * Notices that a device gives nothing though it is open: a call came in, another program took the camera, the phone
 * shows something else. Some browsers say so (`mute`); with others the pictures only stop.
 */
export class CaptureWatch {
  readonly #options: CaptureWatchOptions;
  #interrupted = false;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;
  #pictures: number | null = null;
  /** Looks in a row without a new picture. */
  #still = 0;
  #closed = false;

  constructor(options: CaptureWatchOptions) {
    this.#options = options;
    const { track, page, pictures } = options;
    track.addEventListener('mute', this.#onMute);
    track.addEventListener('unmute', this.#onMute);
    page?.addEventListener('visibilitychange', this.#onMute);
    if (track.muted) this.#settling = setTimeout(() => this.#judge(), SETTLE_MS);
    if (page && pictures) this.#looking = setInterval(() => void this.#look(pictures), LOOK_EVERY_MS);
  }

  get interrupted(): boolean {
    return this.#interrupted;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#settling);
    clearInterval(this.#looking);
    const { track, page } = this.#options;
    track.removeEventListener('mute', this.#onMute);
    track.removeEventListener('unmute', this.#onMute);
    page?.removeEventListener('visibilitychange', this.#onMute);
  }

  readonly #onMute = (): void => {
    clearTimeout(this.#settling);
    const { track, page } = this.#options;
    // A page that nobody looks at may be stopped at any moment.
    if (!track.muted || page?.hidden) this.#judge();
    else this.#settling = setTimeout(() => this.#judge(), SETTLE_MS);
  };

  async #look(pictures: () => Promise<number | null>): Promise<void> {
    const now = await pictures();
    if (this.#closed) return;
    this.#still = now !== null && now === this.#pictures ? this.#still + 1 : 0;
    this.#pictures = now;
    this.#judge();
  }

  #judge(): void {
    if (this.#closed) return;
    const interrupted = this.#options.track.muted || this.#still >= LOOKS;
    if (interrupted === this.#interrupted) return;
    this.#interrupted = interrupted;
    this.#options.changed();
  }
}
