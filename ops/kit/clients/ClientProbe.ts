import { pause } from '../../../client/connection/pause.ts';
import { RequestRefused } from '../../../client/errors.ts';
import type { RemoteTrack } from '../../../client/media/RemoteTrack.ts';
import { Room } from '../../../client/Room.ts';
import { MemoryStorage } from '../../../client/storage.ts';
import type { TrackKind } from '../../../core/room/state.ts';
import type { ClientPlatform, Microphone } from './ClientPlatform.ts';
import type {
  Announcement,
  ClientCommands,
  ClientStatus,
  JoinOptions,
  RemoteTrackStatus,
  TrafficOptions,
} from './DrillClient.ts';
import type { Deed } from './deeds.ts';
import { FrameLog, type TrackFrames } from './FrameLog.ts';
import { type RoomPicture, toPicture } from './roomPicture.ts';
import type { Step } from './StepLog.ts';
import { Traffic } from './Traffic.ts';
import type { Tone } from './tones.ts';
import { videoStatsOf } from './videoStatsOf.ts';

const ASK_AGAIN_MS = 200;
const ASK_FOR_MS = 30_000;

/** A room that a page shows, and the microphone that the page opened. */
export interface ShownRoom {
  readonly room: Room;
  microphone(): Microphone | undefined;
}

/** A participant that uses the SDK as an application does, and notes everything it receives. */
export class ClientProbe implements ClientCommands {
  readonly #platform: ClientPlatform;
  readonly #room: Room;
  readonly #frames = new FrameLog();
  readonly #meters = new Map<string, () => void>();
  readonly #traffic: Traffic;
  readonly #troubles: string[] = [];
  readonly #announcements: Announcement[] = [];
  readonly #shown: ShownRoom | undefined;
  #ownMicrophone: Microphone | undefined;

  /** `shown`: the room that a page is about to enter; without it the probe has one of its own. */
  constructor(platform: ClientPlatform, shown?: ShownRoom) {
    this.#platform = platform;
    this.#shown = shown;
    this.#room = shown?.room ?? ownRoom(platform);
    this.#traffic = new Traffic(this.#room);
    this.#room.on('trackSubscribed', (track) => this.#meter(track));
    this.#room.on('trackSwapped', (track) => this.#meter(track));
    this.#room.on('trackUnsubscribed', (track) => this.#trouble(`${track.kind} of ${track.publisherId} unsubscribed`));
    this.#room.on('trackUnpublished', ({ kind }, { id }) => this.#trouble(`${kind} of ${id} unpublished`));
    this.#room.on('participantDisconnected', ({ id }, departure) => this.#trouble(`${id} ${departure}`));
    this.#room.on('disconnected', (reason, error) => this.#trouble(`disconnected: ${reason} ${error?.message ?? ''}`));
    this.#room.on('audioBlocked', () => this.#trouble('the browser asks for a click'));
    this.#room.on('deviceLost', (source) => this.#trouble(`${source} lost`));
    this.#room.on('participantConnected', ({ id }) => this.#announce(`${id} came`));
    this.#room.on('participantDisconnected', ({ id }) => this.#announce(`${id} went`));
    this.#room.on('trackPublished', ({ kind }, { id }) => this.#announce(`${id} published ${kind}`));
    this.#room.on('trackUnpublished', ({ kind }, { id }) => this.#announce(`${id} unpublished ${kind}`));
    this.#room.on('trackSubscribed', ({ kind }, _, { id }) => this.#announce(`${kind} of ${id} subscribed`));
    this.#room.on('trackUnsubscribed', ({ kind }, _, { id }) => this.#announce(`${kind} of ${id} unsubscribed`));
    this.#room.on('trackMuted', ({ kind }, { id }) => this.#announce(`${kind} of ${id} muted`));
    this.#room.on('trackUnmuted', ({ kind }, { id }) => this.#announce(`${kind} of ${id} unmuted`));
    this.#room.on('reconnecting', () => this.#announce('reconnecting'));
  }

  async join({ url, token, name, publish }: JoinOptions): Promise<void> {
    // Whoever starts it decides at which node it is.
    await this.#room.connect(url, token, { name, follow: false });
    if (!publish) return;
    const me = this.#room.localParticipant;
    const [camera, microphone] = await Promise.all([this.#platform.openCamera(), this.#platform.openMicrophone()]);
    this.#ownMicrophone = microphone;
    await Promise.all([
      me.publishTrack(camera, { source: 'camera' }),
      // The tone is not speech: without `music` the encoder may take it for a pause and send nothing.
      me.publishTrack(microphone.track, { source: 'microphone', music: true }),
    ]);
  }

  async status(): Promise<ClientStatus> {
    const { state, version, recoveries } = this.#room;
    const microphone = state === 'new' ? undefined : this.#room.localParticipant.publication('microphone');
    return {
      connected: state === 'connected',
      version,
      microphone: microphone ? { trackId: microphone.trackId, muted: microphone.muted } : null,
      remoteTracks: [...this.#room.participants.values()].flatMap((participant) =>
        [...participant.publications.values()].map(
          ({ trackId, kind, muted, track }): RemoteTrackStatus => ({
            publisherId: participant.id,
            trackId,
            kind,
            muted,
            lastFrameAt: this.#frames.lastAt(trackId),
            producerId: track?.consumer?.producerId ?? null,
          }),
        ),
      ),
      recoveries,
      standsBy: this.#room.hotStandby === 'ready',
      troubles: this.#troubles,
      announcements: this.#announcements,
    };
  }

  async takeFrames(): Promise<TrackFrames[]> {
    return this.#frames.take();
  }

  async takeSteps(): Promise<Step[]> {
    return this.#platform.steps.take();
  }

  async setMicrophoneMuted(muted: boolean): Promise<void> {
    const me = this.#room.localParticipant;
    await untilRecorded(() => (muted ? me.mute('microphone') : me.unmute('microphone')));
    if (me.publication('microphone')?.muted !== muted) await this.#untilMicrophone(muted);
  }

  async hear(tone: Tone): Promise<void> {
    const microphone = this.#shown ? this.#shown.microphone() : this.#ownMicrophone;
    if (!microphone) throw new Error('this client has no microphone yet');
    await microphone.hear(tone);
  }

  async reencodeRoom(): Promise<void> {
    await this.#room.controls.setReencodingPolicy({ mode: 'on' });
  }

  async startTraffic(options: TrafficOptions): Promise<void> {
    this.#traffic.start(options);
  }

  stopTraffic(limitMs: number): Promise<Deed[]> {
    return this.#traffic.stop(limitMs);
  }

  async roomView(): Promise<RoomPicture> {
    const { record } = this.#room;
    if (!record) throw new Error('this client has no copy of the room');
    return toPicture(record);
  }

  async videoStats(): Promise<string[]> {
    return (await this.#room.getStats()).flatMap(videoStatsOf);
  }

  #meter(track: RemoteTrack): void {
    const { trackId, publisherId } = track;
    const kind: TrackKind = track.kind;
    this.#frames.add(publisherId, trackId, kind);
    if (track.consumer) this.#frames.carriedBy(trackId, track.consumer.producerId);
    this.#meters.get(trackId)?.();
    const stop = this.#platform.meter(
      track,
      () => this.#frames.frame(trackId),
      (tone) => this.#frames.heard(trackId, tone),
    );
    this.#meters.set(trackId, stop);
  }

  /** The answer may arrive before the commit that changes this client's copy: waits for the copy. */
  #untilMicrophone(muted: boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#room.localParticipant.publication('microphone')?.muted === muted) resolve();
        else setTimeout(look, 10);
      };
      look();
    });
  }

  #trouble(what: string): void {
    this.#troubles.push(what);
  }

  #announce(what: string): void {
    this.#announcements.push({ what, at: performance.timeOrigin + performance.now() });
  }
}

function ownRoom({ handlerName }: ClientPlatform): Room {
  const storage = new MemoryStorage();
  return new Room({
    sessionStorage: storage,
    chatStorage: storage,
    ...(handlerName && { deviceHandler: handlerName }),
  });
}

/** Asks again as a person would while the journal takes no change: after a fail-over its replica comes later. */
async function untilRecorded(ask: () => Promise<void>): Promise<void> {
  for (const givesUpAt = performance.now() + ASK_FOR_MS; ; ) {
    try {
      await ask();
      return;
    } catch (error) {
      const isAway = error instanceof RequestRefused && error.code === 'JOURNAL_UNAVAILABLE';
      if (!isAway || performance.now() > givesUpAt) throw error;
      await pause(ASK_AGAIN_MS);
    }
  }
}
