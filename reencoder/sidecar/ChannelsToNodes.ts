import { ChannelToNode, type ChannelToNodeOptions } from './ChannelToNode.ts';

/** A channel without tracks stays open for this long. */
const IDLE_MS = 10_000;

interface Entry {
  readonly channel: ChannelToNode;
  users: number;
  cancelClose: (() => void) | null;
}

/** Keeps one channel per node, however many of its tracks are at work here. */
export class ChannelsToNodes {
  readonly #options: Omit<ChannelToNodeOptions, 'nodeId' | 'nodeUrl'>;
  readonly #entries = new Map<string, Entry>();

  constructor(options: Omit<ChannelToNodeOptions, 'nodeId' | 'nodeUrl'>) {
    this.#options = options;
  }

  /** The caller ends each use with one `release`. */
  use({ nodeId, nodeUrl }: { nodeId: string; nodeUrl: string }): { channel: ChannelToNode; release: () => void } {
    const key = `${nodeId} ${nodeUrl}`;
    const entry = this.#entries.get(key) ?? this.#open(key, nodeId, nodeUrl);
    entry.users += 1;
    entry.cancelClose?.();
    entry.cancelClose = null;
    return { channel: entry.channel, release: () => this.#release(key, entry) };
  }

  close(): void {
    for (const { channel, cancelClose } of this.#entries.values()) {
      cancelClose?.();
      channel.close();
    }
    this.#entries.clear();
  }

  #open(key: string, nodeId: string, nodeUrl: string): Entry {
    const channel = new ChannelToNode({ ...this.#options, nodeId, nodeUrl });
    const entry: Entry = { channel, users: 0, cancelClose: null };
    this.#entries.set(key, entry);
    return entry;
  }

  #release(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0 || this.#entries.get(key) !== entry) return;
    entry.cancelClose = this.#options.clock.setTimer(IDLE_MS, () => {
      this.#entries.delete(key);
      entry.channel.close();
    });
  }
}
