import type { Link } from '../connection/Link.ts';
import type { MediaSession } from './MediaSession.ts';

export interface FormerSessionOptions {
  readonly session: MediaSession;
  /** To the node of the session; it closes when that node has closed the media. */
  readonly link: Link;
  /** Whether something that is shown or sent still depends on it. */
  readonly isNeeded: () => boolean;
  /** Called once, before it closes. */
  readonly ended: (session: MediaSession) => void;
}

const LOOK_EVERY_MS = 50;
/** Longer than any node keeps it. */
const AT_MOST_MS = 40_000;

/**
 * The session on a node that is about to be stopped. It sends and receives until this client and all others in the room
 * have what they need through their new nodes: the old node hears when this client has, and closes the link when all
 * have.
 */
export class FormerSession {
  readonly #options: FormerSessionOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #endsAt = performance.now() + AT_MOST_MS;
  #told = false;
  #closed = false;

  constructor(options: FormerSessionOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  get session(): MediaSession {
    return this.#options.session;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    const { ended, link, session } = this.#options;
    ended(session);
    session.closeLater();
    link.close();
  }

  #look(): void {
    const { isNeeded, link } = this.#options;
    if (link.closed || performance.now() > this.#endsAt) this.close();
    else if (!this.#told && !isNeeded()) {
      this.#told = true;
      // Without an answer the node waits for its time to be over.
      link.request('settled', {}).catch(() => undefined);
    }
  }
}
