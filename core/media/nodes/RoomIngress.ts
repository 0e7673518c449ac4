import type { NodeChannel } from '../../cluster/NodeChannel.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { NodeId, RoomId, RoomState, Track, TrackId } from '../../room/state.ts';
import { messageOf } from '../mediaFailures.ts';
import type { RtpParameters } from '../rtpTypes.ts';
import type { RoomRouter } from '../workers/RoomRouter.ts';
import { FirstArrival } from './FirstArrival.ts';
import { type IngressEnd, IngressPipe } from './IngressPipe.ts';
import type { KnownOffer } from './KnownOffers.ts';
import { PullAnswer, type PullRequest, TOPICS } from './messages.ts';
import { addressOf, openPipeTransport, type PipeListen } from './openPipeTransport.ts';
import { SilenceWatch } from './SilenceWatch.ts';
import { TwinProducer } from './TwinProducer.ts';

export interface RoomIngressDeps {
  readonly roomId: RoomId;
  readonly channel: NodeChannel;
  readonly listen: PipeListen;
  readonly patienceMs: number;
  readonly room: () => RoomState;
  /** A router for media from other nodes; `leave` when they have ended. */
  readonly enter: () => Promise<RoomRouter>;
  readonly leave: (router: RoomRouter) => void;
  /** Whether the track is published on this node. */
  readonly isHere: (trackId: TrackId) => boolean;
  /** Whether that node still offers it. */
  readonly isOffered: (offer: KnownOffer) => boolean;
  /** A twin opened, paused. */
  readonly opened: (twin: TwinProducer) => void;
  readonly changed: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Somebody who looks away and back finds the track there. */
export const DROP_AFTER_MS = 5_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/** The tracks that this node has from others, in one room. */
export class RoomIngress {
  readonly #deps: RoomIngressDeps;
  readonly #twins = new Map<TrackId, readonly TwinProducer[]>();
  readonly #pipes = new Map<string, IngressPipe>();
  readonly #retries = new Set<() => void>();
  #closed = false;

  constructor(deps: RoomIngressDeps) {
    this.#deps = deps;
  }

  get twins(): ReadonlyMap<TrackId, readonly TwinProducer[]> {
    return this.#twins;
  }

  *all(): Iterable<TwinProducer> {
    for (const twins of this.#twins.values()) yield* twins;
  }

  /** Opens a twin. A failure is tried again when the plan still wants it, after a while. */
  pull(offer: KnownOffer): void {
    const { changed, clock, logger } = this.#deps;
    offer.pull = 'underway';
    this.#open(offer).then(
      () => {
        offer.pull = 'possible';
        offer.failures = 0;
        changed();
      },
      (error: unknown) => {
        const { nodeId, trackId } = offer;
        logger.debug({ from: nodeId, trackId, error: messageOf(error) }, 'no media from another node yet');
        offer.pull = 'resting';
        const retryMs = Math.min(FIRST_RETRY_MS * 2 ** offer.failures, LAST_RETRY_MS);
        offer.failures += 1;
        if (this.#closed) return;
        const cancel = clock.setTimer(retryMs, () => {
          this.#retries.delete(cancel);
          offer.pull = 'possible';
          changed();
        });
        this.#retries.add(cancel);
      },
    );
  }

  /** Nobody looks at it. One that a producer of another node has replaced is not looked at again, and ends at once. */
  drop(producerId: string): void {
    const twin = this.#byId(producerId);
    if (!twin) return;
    const others = this.#twins.get(twin.trackId) ?? [];
    const isReplaced = this.#deps.isHere(twin.trackId) || others.some(({ origin }) => origin !== twin.origin);
    if (isReplaced) twin.close();
    else twin.drop(() => this.#deps.clock.setTimer(DROP_AFTER_MS, () => twin.close()));
  }

  keep(producerId: string): void {
    this.#byId(producerId)?.keep();
  }

  /** Closes twins from this node for which `ends` is true. */
  end(nodeId: NodeId, ends: (twin: TwinProducer) => boolean): void {
    for (const twin of [...this.all()]) if (twin.origin === nodeId && ends(twin)) twin.close();
  }

  /** What comes from this node, by pipe. */
  from(nodeId: NodeId): { pipeId: string; producerIds: string[] }[] {
    const byPipe = new Map<string, string[]>();
    for (const { origin, pipeId, producerId } of this.all()) {
      if (origin === nodeId) byPipe.set(pipeId, [...(byPipe.get(pipeId) ?? []), producerId]);
    }
    return [...byPipe].map(([pipeId, producerIds]) => ({ pipeId, producerIds }));
  }

  /** Whether the node can be asked. While it cannot, its pipes stay open as long as anything comes through. */
  connectionChanged(nodeId: NodeId, connected: boolean): void {
    for (const pipe of this.#pipes.values()) {
      if (pipe.nodeId !== nodeId) continue;
      // An end that did not open needs no watch.
      pipe.end.then(
        ({ watch }) => (connected ? watch.stop() : watch.start()),
        () => undefined,
      );
    }
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#retries) cancel();
    for (const twin of [...this.all()]) twin.close();
  }

  #byId(producerId: string): TwinProducer | undefined {
    for (const twin of this.all()) if (twin.producerId === producerId) return twin;
    return undefined;
  }

  async #open(offer: KnownOffer): Promise<void> {
    const { roomId, channel, isHere, isOffered, opened } = this.#deps;
    const { nodeId, producerId } = offer;
    const pipe = this.#pipeTo(offer);
    pipe.enter();
    let isAsked = false;
    try {
      const { router, transport } = await pipe.end;
      const request: PullRequest = { roomId, producerId, pipeId: pipe.id, from: addressOf(transport) };
      isAsked = true;
      const { to, kind, rtpParameters } = PullAnswer.parse(await channel.ask(nodeId, TOPICS.pull, request));
      await pipe.connect(to);
      const producer = await transport.produce({
        id: producerId,
        kind,
        // mediasoup checks what another node's mediasoup made.
        rtpParameters: rtpParameters as unknown as RtpParameters,
        paused: true,
      });
      const track = this.#trackOf(offer);
      if (this.#closed || producer.closed || !track || !isOffered(offer) || isHere(offer.trackId)) {
        producer.close();
        throw new Error('the track ended, or its publisher came here, while it was pulled');
      }
      const owner = { participantId: offer.participantId, router, standby: false };
      const waitsForViewers = track.kind === 'video' && !track.muted;
      const twin = new TwinProducer(producer, track, owner, { offer, pipeId: pipe.id, waitsForViewers });
      this.#add(twin, pipe);
      opened(twin);
    } catch (error) {
      if (isAsked) this.#tellDropped(pipe, producerId);
      pipe.leave();
      throw error;
    }
  }

  #add(twin: TwinProducer, pipe: IngressPipe): void {
    const { trackId, producerId } = twin;
    this.#twins.set(trackId, [...(this.#twins.get(trackId) ?? []), twin]);
    twin.producer.observer.once('close', () => {
      twin.keep();
      const others = (this.#twins.get(trackId) ?? []).filter((one) => one !== twin);
      if (others.length > 0) this.#twins.set(trackId, others);
      else this.#twins.delete(trackId);
      this.#tellDropped(pipe, producerId);
      pipe.leave();
    });
  }

  #tellDropped({ id, nodeId }: IngressPipe, producerId: string): void {
    const { channel, roomId } = this.#deps;
    channel.tell(nodeId, TOPICS.drop, { roomId, pipeId: id, producerIds: [producerId] });
  }

  #trackOf({ participantId, trackId }: KnownOffer): Track | undefined {
    return this.#deps.room().participants.get(participantId)?.tracks.get(trackId);
  }

  #pipeTo({ nodeId, routerId }: KnownOffer): IngressPipe {
    const key = `${nodeId} ${routerId}`;
    const known = this.#pipes.get(key);
    if (known) return known;
    const pipe = new IngressPipe(nodeId, this.#openEnd(nodeId), () => {
      this.#pipes.delete(key);
      void this.#closeEnd(pipe);
    });
    this.#pipes.set(key, pipe);
    return pipe;
  }

  async #openEnd(nodeId: NodeId): Promise<IngressEnd> {
    const { clock, enter, leave, listen, logger, patienceMs } = this.#deps;
    const router = await enter();
    try {
      const transport = await openPipeTransport(router.router, listen);
      const watch = new SilenceWatch(transport, patienceMs, clock, () => {
        logger.info({ from: nodeId }, 'nothing comes from another node any more: its tracks end here');
        transport.close();
      });
      const { address } = listen;
      const comesHere = (twin: TwinProducer): boolean => twin.origin === nodeId && twin.owner.router === router;
      const isExpected = (): boolean => [...this.all()].some((twin) => comesHere(twin) && !twin.paused);
      const arrival = new FirstArrival(transport, patienceMs, clock, isExpected, () => {
        const { localPort } = transport.tuple;
        logger.warn(
          { from: nodeId, address, port: localPort },
          'no media arrive from another node: can it send UDP from its INTERNAL_MEDIA_ADDRESS to this one?',
        );
      });
      return { router, transport, watch, arrival };
    } catch (error) {
      leave(router);
      throw error;
    }
  }

  async #closeEnd({ end }: IngressPipe): Promise<void> {
    const opened = await end.catch(() => null);
    if (!opened) return;
    opened.watch.stop();
    opened.arrival.stop();
    opened.transport.close();
    this.#deps.leave(opened.router);
  }
}
