import type { types } from 'mediasoup';
import { type NodeChannel, NodeRefusal } from '../../cluster/NodeChannel.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { NodeId, RoomId } from '../../room/state.ts';
import { messageOf } from '../mediaFailures.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import type { RoomRouter } from '../workers/RoomRouter.ts';
import { type PipedTracks, type PullAnswer, type PullRefusal, type PullRequest, TOPICS } from './messages.ts';
import { addressOf, canReach, connectPipe, openPipeTransport, type PipeListen } from './openPipeTransport.ts';
import { SilenceWatch } from './SilenceWatch.ts';

export interface RoomEgressDeps {
  readonly roomId: RoomId;
  readonly channel: NodeChannel;
  readonly listen: PipeListen;
  readonly patienceMs: number;
  /** A producer of this node, which is no twin. */
  readonly ownProducer: (producerId: string) => MediaProducer | undefined;
  readonly changed: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface EgressPipe {
  readonly nodeId: NodeId;
  readonly router: RoomRouter;
  readonly transport: Promise<types.PipeTransport>;
  readonly consumers: Map<string, types.Consumer>;
  watch: SilenceWatch | null;
  /** Pulls under way. */
  pulls: number;
}

/** The tracks that other nodes have from this one, in one room. */
export class RoomEgress {
  readonly #deps: RoomEgressDeps;
  readonly #pipes = new Map<string, EgressPipe>();
  #closed = false;

  constructor(deps: RoomEgressDeps) {
    this.#deps = deps;
  }

  /** @throws NodeRefusal */
  async pull(from: NodeId, request: PullRequest): Promise<PullAnswer> {
    const producer = this.#deps.ownProducer(request.producerId);
    if (!producer || this.#closed) throw refusal('TRACK_GONE', 'This producer is not here any more.');
    if (!canReach(this.#deps.listen.address, request.from.address)) {
      throw refusal('NO_MEDIA_PATH', 'One node has an IPv4 address for media, the other an IPv6 address.');
    }
    const pipe = this.#pipeOf(from, request, producer);
    pipe.pulls += 1;
    try {
      const transport = await pipe.transport;
      const { producerId } = request;
      const known = pipe.consumers.get(producerId);
      const consumer = known ?? this.#add(request.pipeId, pipe, await transport.consume({ producerId }));
      const { kind, rtpParameters } = consumer;
      return { to: addressOf(transport), kind, rtpParameters: { ...rtpParameters } };
    } catch (error) {
      if (producer.closed) throw refusal('TRACK_GONE', 'This producer has just ended.', error);
      throw refusal('MEDIA_UNAVAILABLE', `The pipe could not be opened: ${messageOf(error)}`, error);
    } finally {
      pipe.pulls -= 1;
      this.#closeUnused(request.pipeId, pipe);
    }
  }

  drop(from: NodeId, { pipeId, producerIds }: PipedTracks): void {
    const pipe = this.#pipes.get(pipeId);
    if (pipe?.nodeId !== from) return;
    for (const producerId of producerIds) pipe.consumers.get(producerId)?.close();
  }

  /** Ends what goes to this node and is not in `twins`. Returns those `twins` that do not go there any more. */
  keepOnly(nodeId: NodeId, twins: readonly Omit<PipedTracks, 'roomId'>[]): Omit<PipedTracks, 'roomId'>[] {
    for (const [pipeId, pipe] of [...this.#pipes]) {
      if (pipe.nodeId !== nodeId) continue;
      const kept = new Set(twins.find((one) => one.pipeId === pipeId)?.producerIds);
      for (const [producerId, consumer] of [...pipe.consumers]) if (!kept.has(producerId)) consumer.close();
    }
    return twins.flatMap(({ pipeId, producerIds }) => {
      const pipe = this.#pipes.get(pipeId);
      const missing = producerIds.filter((producerId) => !pipe?.consumers.has(producerId));
      return missing.length > 0 ? [{ pipeId, producerIds: missing }] : [];
    });
  }

  /** Whether anything goes to this node. */
  serves(nodeId: NodeId): boolean {
    return [...this.#pipes.values()].some((pipe) => pipe.nodeId === nodeId);
  }

  /** Whether another node has it. */
  isPulled(producerId: string): boolean {
    return [...this.#pipes.values()].some(({ consumers }) => consumers.has(producerId));
  }

  /** Whether the node can be asked. While it cannot, its pipes stay open as long as it answers with RTCP. */
  connectionChanged(nodeId: NodeId, connected: boolean): void {
    for (const { nodeId: other, watch } of this.#pipes.values()) {
      if (other !== nodeId) continue;
      if (connected) watch?.stop();
      else watch?.start();
    }
  }

  close(): void {
    this.#closed = true;
    for (const [pipeId, pipe] of [...this.#pipes]) this.#close(pipeId, pipe);
  }

  #pipeOf(nodeId: NodeId, { pipeId, from }: PullRequest, producer: MediaProducer): EgressPipe {
    const { router } = producer.owner;
    const known = this.#pipes.get(pipeId);
    if (known) {
      if (known.nodeId === nodeId && known.router === router) return known;
      throw refusal('TRACK_GONE', 'This producer is on another router: look at the newest offer.');
    }
    const { clock, listen, logger, patienceMs } = this.#deps;
    const transport = openPipeTransport(router.router, listen).then(async (opened) => {
      opened.observer.once('close', () => this.#close(pipeId, pipe));
      try {
        await connectPipe(opened, from);
      } catch (error) {
        opened.close();
        throw error;
      }
      pipe.watch = new SilenceWatch(opened, patienceMs, clock, () => {
        logger.info({ to: nodeId }, 'another node has fallen silent: it gets no more tracks');
        opened.close();
      });
      if (!this.#deps.channel.connected.has(nodeId)) pipe.watch.start();
      return opened;
    });
    const pipe: EgressPipe = { nodeId, router, transport, consumers: new Map(), watch: null, pulls: 0 };
    this.#pipes.set(pipeId, pipe);
    return pipe;
  }

  #add(pipeId: string, pipe: EgressPipe, consumer: types.Consumer): types.Consumer {
    const { producerId } = consumer;
    const earlier = pipe.consumers.get(producerId);
    if (earlier) {
      // The same pull came twice.
      consumer.close();
      return earlier;
    }
    if (consumer.closed || this.#pipes.get(pipeId) !== pipe) {
      consumer.close();
      throw new Error('the pipe closed meanwhile');
    }
    pipe.consumers.set(producerId, consumer);
    pipe.router.slot.consumers += 1;
    consumer.observer.once('close', () => {
      pipe.router.slot.consumers -= 1;
      pipe.consumers.delete(producerId);
      const { channel, roomId } = this.#deps;
      channel.tell(pipe.nodeId, TOPICS.ended, { roomId, pipeId, producerIds: [producerId] });
      this.#closeUnused(pipeId, pipe);
    });
    return consumer;
  }

  #closeUnused(pipeId: string, pipe: EgressPipe): void {
    if (pipe.pulls === 0 && pipe.consumers.size === 0) this.#close(pipeId, pipe);
  }

  #close(pipeId: string, pipe: EgressPipe): void {
    if (this.#pipes.get(pipeId) !== pipe) return;
    this.#pipes.delete(pipeId);
    pipe.watch?.stop();
    // One that did not open needs no closing.
    pipe.transport.then(
      (transport) => transport.close(),
      () => undefined,
    );
    this.#deps.changed();
  }
}

function refusal(code: PullRefusal, message: string, cause?: unknown): NodeRefusal {
  return new NodeRefusal(code, message, { cause });
}
