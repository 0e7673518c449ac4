import type { types } from 'mediasoup';
import { MEDIA_CODECS } from '../codecs.ts';
import type { WorkerSlot } from './WorkerSlot.ts';

export interface RoomRouterEvents {
  volumes(routerId: string, volumes: readonly types.AudioLevelObserverVolume[]): void;
  dominantSpeaker(producerId: string): void;
  /** The router closed, with its worker or by itself. */
  closed(router: RoomRouter): void;
}

const LEVEL_INTERVAL_MS = 250;
const LEVEL_THRESHOLD_DBOV = -60;
const MOST_SPEAKERS = 10;
/** Enough for a page of small tiles in the first second; from then on the estimate follows the network. */
const FIRST_OUTGOING_ESTIMATE_BPS = 2_000_000;
const ICE_CONSENT_TIMEOUT_S = 20;

/** One room's router on one worker, with the observers that listen to its microphones. */
export class RoomRouter {
  readonly slot: WorkerSlot;
  readonly router: types.Router;
  readonly #webRtcServer: types.WebRtcServer;
  readonly #levels: types.AudioLevelObserver;
  readonly #dominance: types.ActiveSpeakerObserver;
  #closing = false;

  static async open(slot: WorkerSlot, events: RoomRouterEvents): Promise<RoomRouter> {
    const { worker, webRtcServer } = await slot.ready();
    const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
    try {
      const [levels, dominance] = await Promise.all([
        router.createAudioLevelObserver({
          interval: LEVEL_INTERVAL_MS,
          threshold: LEVEL_THRESHOLD_DBOV,
          maxEntries: MOST_SPEAKERS,
        }),
        router.createActiveSpeakerObserver({ interval: LEVEL_INTERVAL_MS }),
      ]);
      return new RoomRouter(slot, router, webRtcServer, levels, dominance, events);
    } catch (error) {
      router.close();
      throw error;
    }
  }

  private constructor(
    slot: WorkerSlot,
    router: types.Router,
    webRtcServer: types.WebRtcServer,
    levels: types.AudioLevelObserver,
    dominance: types.ActiveSpeakerObserver,
    events: RoomRouterEvents,
  ) {
    this.slot = slot;
    this.router = router;
    this.#webRtcServer = webRtcServer;
    this.#levels = levels;
    this.#dominance = dominance;
    levels.on('volumes', (volumes) => events.volumes(router.id, volumes));
    levels.on('silence', () => events.volumes(router.id, []));
    dominance.on('dominantspeaker', ({ producer }) => events.dominantSpeaker(producer.id));
    router.observer.once('close', () => events.closed(this));
  }

  get id(): string {
    return this.router.id;
  }

  get closed(): boolean {
    return this.router.closed;
  }

  /** Whether the room closed it itself, so that nobody lost media. */
  get closedOnPurpose(): boolean {
    return this.#closing;
  }

  createTransport(): Promise<types.WebRtcTransport> {
    return this.router.createWebRtcTransport({
      webRtcServer: this.#webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      initialAvailableOutgoingBitrate: FIRST_OUTGOING_ESTIMATE_BPS,
      iceConsentTimeout: ICE_CONSENT_TIMEOUT_S,
    });
  }

  /** Its levels count for active speakers until it closes. */
  async listenTo(producerId: string): Promise<void> {
    await Promise.all([this.#levels.addProducer({ producerId }), this.#dominance.addProducer({ producerId })]);
  }

  close(): void {
    this.#closing = true;
    this.router.close();
  }
}
