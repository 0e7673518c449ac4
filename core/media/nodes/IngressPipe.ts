import { randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import type { NodeId } from '../../room/state.ts';
import type { RoomRouter } from '../workers/RoomRouter.ts';
import type { FirstArrival } from './FirstArrival.ts';
import type { PipeAddress } from './messages.ts';
import { connectPipe } from './openPipeTransport.ts';
import type { SilenceWatch } from './SilenceWatch.ts';

/** This node's end of a pipe by which it gets tracks from one router of another node. */
export interface IngressEnd {
  readonly router: RoomRouter;
  readonly transport: types.PipeTransport;
  readonly watch: SilenceWatch;
  readonly arrival: FirstArrival;
}

/** A pipe to one router of another node. It is open while tracks come through it, or are about to. */
export class IngressPipe {
  readonly id = randomUUID();
  readonly nodeId: NodeId;
  /** Rejects when this end could not be opened. */
  readonly end: Promise<IngressEnd>;
  #users = 0;
  #connecting: { readonly far: PipeAddress; readonly connected: Promise<void> } | null = null;
  readonly #onUnused: (pipe: IngressPipe) => void;

  constructor(nodeId: NodeId, end: Promise<IngressEnd>, onUnused: (pipe: IngressPipe) => void) {
    this.nodeId = nodeId;
    this.end = end;
    this.#onUnused = onUnused;
    // Whoever pulls through it hears of the failure.
    end.catch(() => undefined);
  }

  enter(): void {
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#onUnused(this);
  }

  /** @throws Error when it is connected to another end: that one was replaced, and nothing would come through. */
  async connect(far: PipeAddress): Promise<void> {
    const { transport } = await this.end;
    this.#connecting ??= { far, connected: connectPipe(transport, far) };
    const before = this.#connecting.far;
    if (before.address !== far.address || before.port !== far.port) throw new Error('the pipe leads to another end');
    await this.#connecting.connected;
  }
}
