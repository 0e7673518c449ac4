import { type NodeChannel, NodeRefusal } from '../../core/cluster/NodeChannel.ts';
import type { Clock } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';
import { WireRefusal } from '../requests/WireRefusal.ts';

interface TakeoverDeps {
  readonly channel: Pick<NodeChannel, 'ask' | 'onAsked'>;
  readonly clock: Clock;
}

const TOPIC = 'node.lives';
/**
 * A server that hangs is ended after a while, and the one that stands by takes over: its people wait here meanwhile.
 */
const WAIT_MS = 6_000;

/**
 * Whether this server serves. One that stands by lets clients keep a second place and nobody in, until it takes over:
 * while the server that has the session lives, sessions stay there.
 */
export class Takeover {
  readonly #deps: TakeoverDeps | null;
  readonly #served: Promise<void>;
  #serve: () => void = () => undefined;
  #serves = false;

  /** Null: this server serves from the start. */
  constructor(deps: TakeoverDeps | null) {
    this.#deps = deps;
    this.#served = new Promise((resolve) => {
      this.#serve = resolve;
    });
    if (deps)
      deps.channel.onAsked(
        TOPIC,
        () => null,
        () => true,
      );
    else this.serve();
  }

  get serves(): boolean {
    return this.#serves;
  }

  /** From now on this server serves. */
  serve(): void {
    this.#serves = true;
    this.#serve();
  }

  /**
   * Resolves when this server serves. `from`: the node of the session that would come here.
   * @throws WireRefusal when that one lives, or when this server does not take over soon (DRAINING)
   */
  async awaited(from: NodeId | undefined): Promise<void> {
    const { clock, channel } = this.#deps ?? {};
    if (this.#serves || !clock) return;
    let cancel: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.setTimer(WAIT_MS, resolve);
    });
    const lives = new Promise<void>((resolve) => {
      if (from === undefined) resolve();
      // A refusal is an answer too; anything else says that it does not live.
      else
        channel?.ask(from, TOPIC, null, WAIT_MS).then(
          () => resolve(),
          (error: unknown) => error instanceof NodeRefusal && resolve(),
        );
    });
    await Promise.race([this.#served, lives, late]);
    cancel?.();
    if (!this.#serves) throw new WireRefusal('DRAINING', 'This server only stands by. Turn to the one that serves.');
  }
}
