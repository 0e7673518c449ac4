import type { Clock, Logger, NodeInfo, NodeRegistry } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';

interface NodeDirectoryDeps {
  readonly nodeId: NodeId;
  readonly registry: Pick<NodeRegistry, 'nodes'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const REFRESH_MS = 2_000;
/** More addresses than a client will ever try. */
const MAX_URLS = 16;

/** The nodes that clients may turn to, as last read: answers never wait for the registry. */
export class NodeDirectory {
  readonly #deps: NodeDirectoryDeps;
  #others: readonly NodeInfo[] = [];
  #draining = false;
  #cancelRefresh: (() => void) | null = null;
  #stopped = false;

  constructor(deps: NodeDirectoryDeps) {
    this.#deps = deps;
  }

  /** Reads the registry now, and then again at intervals. */
  start(): void {
    void this.#refresh().finally(() => {
      if (!this.#stopped) this.#cancelRefresh = this.#deps.clock.setTimer(REFRESH_MS, () => this.start());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRefresh?.();
  }

  drain(): void {
    this.#draining = true;
  }

  /** Base URLs, best first: `own` (this node), then the others with the most room. A draining node comes last. */
  urls(own: string): string[] {
    const others = this.#others
      .filter(({ draining }) => !draining)
      .sort((a, b) => a.load / a.capacity - b.load / b.capacity)
      .map(({ url }) => url);
    const urls = this.#draining ? [...others, own] : [own, ...others];
    return [...new Set(urls)].slice(0, MAX_URLS);
  }

  async #refresh(): Promise<void> {
    const { logger, nodeId, registry } = this.#deps;
    try {
      this.#others = (await registry.nodes()).filter((node) => node.nodeId !== nodeId);
    } catch (error) {
      logger.debug({ err: error }, 'the list of nodes is not up to date');
    }
  }
}
