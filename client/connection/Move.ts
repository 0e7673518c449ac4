import { ConnectionLost, isTransient, RequestRefused } from '../errors.ts';
import type { dial } from './dial.ts';
import type { Link } from './Link.ts';
import { pause } from './pause.ts';
import { NodeList, redialDelayMs } from './redial.ts';

export interface MoveOptions {
  /** Base URLs of the nodes that may be moved to. */
  readonly nodes: readonly string[];
  readonly withinMs: number;
  /** The node that is left. */
  readonly from: string;
  readonly token: string;
  readonly onWake: (wake: () => void) => () => void;
  readonly dial: typeof dial;
  /** Opens the session on a link. */
  readonly enter: (link: Link, signal: AbortSignal) => Promise<void>;
  /** An attempt failed. */
  readonly failed: (error: unknown) => void;
}

/**
 * Opens a session on another node while the present one goes on: tries the nodes in turn until one lets this client in,
 * the time is over, or `cancel` is called.
 */
export class Move {
  readonly #options: MoveOptions;
  readonly #abort = new AbortController();

  constructor(options: MoveOptions) {
    this.#options = options;
  }

  cancel(): void {
    this.#abort.abort(new ConnectionLost('the move to another node was given up'));
  }

  /** Resolves with whether a session was opened. */
  async run(): Promise<boolean> {
    const { nodes, withinMs, from, token, onWake, dial, enter, failed } = this.#options;
    const { signal } = this.#abort;
    const timer = setTimeout(() => this.cancel(), withinMs);
    const list = new NodeList(nodes);
    const startedAt = performance.now();
    try {
      for (;;) {
        let link: Link | undefined;
        try {
          const left = { url: from, why: 'it is being stopped' };
          link = await dial({ nodes: list, token, pollingFirst: false, lostAt: startedAt, left, onWake }, signal);
          await enter(link, signal);
          return true;
        } catch (error) {
          link?.close();
          failed(error);
          const mayHelp = error instanceof RequestRefused || error instanceof ConnectionLost;
          if (signal.aborted || !mayHelp || !isTransient(error)) return false;
          if (link !== undefined) list.demote(link.url);
          await pause(redialDelayMs(performance.now() - startedAt, Math.random()));
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
