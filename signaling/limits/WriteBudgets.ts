import { goesOn } from '../../core/host/fullJournal.ts';
import type { Handled } from '../../core/host/Pending.ts';
import type { RoomCommand } from '../../core/room/commands.ts';
import { WireRefusal } from '../requests/WireRefusal.ts';
import { AddressLimits } from './AddressLimits.ts';
import type { Limits } from './Limits.ts';
import { TokenBucket } from './TokenBucket.ts';

/** What a commit has besides its events: ids, time, actor, and its entry in the stream. */
const COMMIT_BYTES = 256;

/** Whoever writes: an address, and a connection unless it is a REST request. */
export interface Writer {
  readonly address: string;
  readonly written?: TokenBucket;
}

/**
 * What people may write into journals, in bytes of UTF-8: over one connection, from one address, and all of them to
 * this node. Counts what was written, so one commit too many goes through, and the next ones wait for it.
 */
export class WriteBudgets {
  readonly #now: () => number;
  readonly #addresses: AddressLimits;
  readonly #node: TokenBucket;

  constructor({ addressWritten, nodeWritten }: Pick<Limits, 'addressWritten' | 'nodeWritten'>, now: () => number) {
    this.#now = now;
    this.#addresses = new AddressLimits(addressWritten, now);
    this.#node = new TokenBucket(nodeWritten, now());
  }

  /**
   * Meetings go on whatever was written: people come, go, mute and publish.
   * @throws WireRefusal (TOO_MUCH_WRITTEN)
   */
  require({ address, written }: Writer, command: Pick<RoomCommand, 'type'>): void {
    if (goesOn(command)) return;
    const refuse = (whose: string): never => {
      throw new WireRefusal(
        'TOO_MUCH_WRITTEN',
        `${whose} wrote more than is recorded at once. Wait a minute; speaking, muting and leaving work meanwhile.`,
      );
    };
    if (written && !written.has(this.#now())) refuse('You');
    if (!this.#addresses.has(address)) refuse('People of your network');
    if (!this.#node.has(this.#now())) refuse('People on this server');
  }

  charge({ address, written }: Writer, { events }: Pick<Handled, 'events'>): void {
    if (events.length === 0) return;
    const bytes = Buffer.byteLength(JSON.stringify(events)) + COMMIT_BYTES;
    written?.charge(bytes);
    this.#addresses.charge(address, bytes);
    this.#node.charge(bytes);
  }
}
