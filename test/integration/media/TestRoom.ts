import { createMediaPlane, type MediaPlaneOptions } from '../../../core/media/createMediaPlane.ts';
import type { MediaPlane } from '../../../core/media/MediaPlane.ts';
import type {
  ConsumerOffer,
  Quality,
  RenewedTransports,
  RoomMedia,
  RoomMediaListener,
  Speaker,
} from '../../../core/media/RoomMedia.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import type { RoomState } from '../../../core/room/state.ts';
import { freePorts } from '../../../ops/kit/freePort.ts';
import { created, stateOf } from '../../support/room.ts';
import { silentLogger, systemClock } from '../../support/system.ts';

export async function openTestPlane(
  options: Partial<MediaPlaneOptions> & { workers?: number } = {},
): Promise<MediaPlane> {
  const workers = options.workers ?? 1;
  const [basePort = 0] = await freePorts(workers);
  const plane = await createMediaPlane({
    nodeId: 'node-1',
    workers,
    listen: [{ ip: '127.0.0.1' }],
    basePort,
    clock: systemClock,
    logger: silentLogger,
    ...options,
  });
  await plane.listen();
  return plane;
}

/** Answers offers like a client. */
export interface TestViewer {
  readonly tellsShown?: boolean;
  consumersOpened(offers: readonly ConsumerOffer[]): Promise<void>;
}

/** A room of the plane with its own record, and all notifications of its media. */
export class TestRoom implements RoomMediaListener {
  readonly media: RoomMedia;
  readonly viewers = new Map<string, TestViewer>();
  readonly closedConsumers: { viewerId: string; consumerIds: readonly string[] }[] = [];
  readonly pausedConsumers: { viewerId: string; consumerId: string; paused: boolean }[] = [];
  readonly wantedLayers: { trackId: string; maxSpatialLayer: number }[] = [];
  readonly qualities: { participantId: string; quality: Quality }[] = [];
  readonly lost: { participantId: string; session: number; renewed: RenewedTransports | null }[] = [];
  speakers: readonly Speaker[] = [];
  reencoded: readonly string[] = [];
  readonly #events: RoomEvent[] = [created()];

  constructor(plane: MediaPlane, roomId = 'room') {
    this.media = plane.openRoom(roomId, this);
  }

  get state(): RoomState {
    return stateOf(...this.#events);
  }

  record(...events: readonly RoomEvent[]): void {
    this.#events.push(...events);
    this.media.update(this.state);
  }

  async consumersOpened(viewerId: string, _session: number, offers: readonly ConsumerOffer[]) {
    const viewer = this.viewers.get(viewerId);
    await viewer?.consumersOpened(offers);
    return { tellsShown: viewer?.tellsShown === true };
  }

  consumersClosed(viewerId: string, _session: number, consumerIds: readonly string[]): void {
    this.closedConsumers.push({ viewerId, consumerIds });
  }

  consumersPaused(
    viewerId: string,
    _session: number,
    changes: readonly { consumerId: string; paused: boolean }[],
  ): void {
    this.pausedConsumers.push(...changes.map((change) => ({ viewerId, ...change })));
  }

  layersWanted(_publisherId: string, _session: number, trackId: string, maxSpatialLayer: number): void {
    this.wantedLayers.push({ trackId, maxSpatialLayer });
  }

  activeSpeakersChanged(speakers: readonly Speaker[]): void {
    this.speakers = speakers;
  }

  connectionQualityChanged(participantId: string, quality: Quality): void {
    this.qualities.push({ participantId, quality });
  }

  reencodingChanged(trackIds: readonly string[]): void {
    this.reencoded = trackIds;
  }

  mediaLost(participantId: string, session: number, renewed: RenewedTransports | null): void {
    this.lost.push({ participantId, session, renewed });
  }
}
