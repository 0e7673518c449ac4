import { RequestRefused } from '../errors.ts';
import type { DialOptions } from './dial.ts';
import type { Left } from './Link.ts';
import { NodeList } from './redial.ts';

/** Why a link ended if nobody ended it: its node may be as alive as before. */
const BROKEN_LINK: ReadonlySet<string> = new Set(['transport close', 'transport error']);
/** As the protocol takes it, in characters. */
const LONGEST_WHY = 256;

/** The nodes that a client may turn to, the one that has its session, and the one that it gave up. */
export class NodeChoice {
  readonly list: NodeList;
  readonly #follow: boolean;
  #own: string | undefined;
  #left: Left | undefined;
  #busy: RequestRefused | undefined;

  /** `own`: the node of a session from before a reload. */
  constructor(urls: readonly string[], own: string | undefined, follow: boolean) {
    this.list = new NodeList(urls);
    this.#own = own;
    this.#follow = follow;
  }

  /** The last node that was too busy to let this client in; undefined if none was. */
  get busy(): RequestRefused | undefined {
    return this.#busy;
  }

  /** Where to dial. A session that is resumed has its node. */
  toDial(resuming: boolean): Pick<DialOptions, 'nodes' | 'own' | 'left' | 'follow' | 'onRefused'> {
    return {
      nodes: this.list,
      own: resuming ? this.#own : undefined,
      left: this.#left,
      follow: this.#follow,
      onRefused: (error) => {
        if (error.code === 'BUSY') this.#busy = error;
      },
    };
  }

  /** A session is open at this node, which named others. */
  arrived(url: string, named: readonly string[]): void {
    this.#own = url;
    this.#left = undefined;
    this.#busy = undefined;
    if (named.length > 0) this.list.learn(named);
    this.list.prefer(url);
  }

  /** The link to the node of the session ended. */
  lost(url: string, reason: string): void {
    if (BROKEN_LINK.has(reason)) this.list.prefer(url);
    else this.#leave(url, reason);
  }

  /** The node let this client connect, and not into the room. */
  failed(url: string, error: Error): void {
    const isRefusal = error instanceof RequestRefused;
    this.#leave(url, isRefusal ? error.code : error.message);
    if (isRefusal && error.code === 'BUSY') this.#busy = error;
    if (isRefusal && error.retryAfterMs !== undefined) this.list.spare(url, performance.now() + error.retryAfterMs);
  }

  /** From now on other nodes come first, and hear that this client does not want to be sent back. */
  #leave(url: string, why: string): void {
    this.list.demote(url);
    this.#own = undefined;
    this.#left = { url, why: why.slice(0, LONGEST_WHY) };
  }
}
