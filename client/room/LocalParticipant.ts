import type { Participant as ParticipantRecord, TrackSource } from '../../core/room/state.ts';
import type { CommandQueue } from '../connection/CommandQueue.ts';
import { isTransient } from '../errors.ts';
import type { CaptureOptions, DeviceAccess } from '../media/devices.ts';
import type { PublishOptions, ScreenContent } from '../media/encodings.ts';
import type { Facing } from '../media/facing.ts';
import { LocalDevices } from '../media/LocalDevices.ts';
import { LocalTrack } from '../media/LocalTrack.ts';
import type { MediaEngine } from '../media/MediaEngine.ts';
import { Interruptions } from './Interruptions.ts';
import { OrphanedTracks } from './OrphanedTracks.ts';
import { Participant } from './participants.ts';
import type { EmitRoomEvent } from './RoomEvents.ts';

export interface PublishTrackOptions extends PublishOptions {
  readonly source: TrackSource;
  readonly muted?: boolean;
  /** From now on the SDK stops the track: when it is unpublished or replaced, and a camera also while it is muted. */
  readonly handOver?: boolean;
}

export interface LocalParticipantOptions {
  readonly commands: CommandQueue;
  readonly media: Pick<MediaEngine, 'addLocal' | 'removeLocal'>;
  readonly devices: DeviceAccess | undefined;
  readonly emit: EmitRoomEvent;
  readonly newId: () => string;
}

/** A mute that did not reach the room is sent again after this. */
const REMIND_MS = 2_000;

/** The person at this client: publishes, mutes, raises a hand. Tracks and devices stay through every recovery. */
export class LocalParticipant extends Participant<LocalTrack> {
  readonly #options: LocalParticipantOptions;
  readonly #tracks = new Map<TrackSource, LocalTrack>();
  readonly #publishing = new Set<string>();
  readonly #unmuting = new Set<string>();
  readonly #muting = new Set<string>();
  readonly #devices: LocalDevices;
  readonly #interruptions: Interruptions;
  readonly #orphans: OrphanedTracks;
  #exchanging: Promise<unknown> = Promise.resolve();
  #reminder: ReturnType<typeof setTimeout> | undefined;

  constructor(record: ParticipantRecord, options: LocalParticipantOptions) {
    super(record);
    this.#options = options;
    this.#devices = new LocalDevices(options.devices);
    this.#interruptions = new Interruptions(
      options.commands,
      () => this.#reconcileInterruptions(),
      (source, error) => options.emit('warning', `an interruption of the ${source} did not reach the room`, error),
    );
    this.#orphans = new OrphanedTracks({
      find: () => [...this.publications.values()].filter(({ source }) => !this.#tracks.has(source)),
      unpublish: ({ source, trackId }) => {
        options.commands
          .send('unpublish', { participantId: this.id, trackId })
          .catch((error: unknown) => options.emit('warning', `${source} is still published`, error));
      },
    });
    this.update(record);
  }

  track(source: TrackSource): LocalTrack | undefined {
    return this.#tracks.get(source);
  }

  get isCameraEnabled(): boolean {
    return this.#tracks.get('camera')?.sending ?? false;
  }

  get isMicrophoneEnabled(): boolean {
    return this.#tracks.get('microphone')?.sending ?? false;
  }

  get isScreenShareEnabled(): boolean {
    return this.#tracks.get('screen')?.sending ?? false;
  }

  /**
   * Publishes the application's track. The application stops it, unless `handOver`. A track of the same source, also
   * one from before a reload, is replaced under the same publication and mute.
   */
  async publishTrack(mediaStreamTrack: MediaStreamTrack, options: PublishTrackOptions): Promise<LocalTrack> {
    return this.#publish(mediaStreamTrack, options, options.handOver ?? false);
  }

  async unpublishTrack(source: TrackSource): Promise<void> {
    const track = this.#tracks.get(source);
    if (track === undefined) return;
    this.#drop(track);
    await this.#options.commands.send('unpublish', { participantId: this.id, trackId: track.trackId });
  }

  /** Nothing leaves from the moment of the call, even if the room hears of it later. */
  async mute(source: TrackSource): Promise<void> {
    const track = this.#tracks.get(source);
    if (track === undefined) return;
    track.hold();
    if (source === 'camera' && track.ownsDevice) track.mediaStreamTrack.stop();
    await this.#tellMuted(track);
  }

  /**
   * Media leaves only once the room's record says so.
   * @throws RequestRefused, CommandTimedOut or ConnectError when the record could not be changed; the track stays muted
   */
  async unmute(source: TrackSource): Promise<void> {
    const track = this.#tracks.get(source);
    if (track === undefined || track.sending || this.#unmuting.has(track.trackId)) return;
    this.#unmuting.add(track.trackId);
    try {
      if (track.mediaStreamTrack.readyState === 'ended') await this.#reopen(track, {});
      const asked = track.holds;
      await this.#options.commands.send('setTrackMuted', {
        participantId: this.id,
        trackId: track.trackId,
        muted: false,
      });
      // The commit came before this answer. A mute since then, here or by a host, has the last word.
      if (track.holds === asked && !track.recordMuted) track.release();
    } finally {
      this.#unmuting.delete(track.trackId);
      this.#reconcile();
    }
    this.#options.media.addLocal(track);
  }

  async setMicrophoneEnabled(enabled: boolean, options: CaptureOptions & PublishOptions = {}): Promise<void> {
    await this.#setEnabled('microphone', enabled, options);
  }

  async setCameraEnabled(enabled: boolean, options: CaptureOptions & PublishOptions = {}): Promise<void> {
    await this.#setEnabled('camera', enabled, options);
  }

  async setScreenShareEnabled(enabled: boolean, options: CaptureOptions & PublishOptions = {}): Promise<void> {
    if (!enabled) {
      await Promise.all([this.unpublishTrack('screen'), this.unpublishTrack('screenAudio')]);
    } else if (!this.#tracks.has('screen')) {
      const captured = await this.#devices.open('screen', options);
      await Promise.all(
        captured.map(({ source, track }) => this.#publish(track, { ...options, source, muted: false }, true)),
      );
    }
  }

  /** Says what the shared screen shows: text that must be sharp, or moving pictures that must be fluent. */
  async setScreenContent(content: ScreenContent): Promise<void> {
    await this.#tracks.get('screen')?.setContent(content);
  }

  /**
   * Switches the device of a published source. A muted camera opens it at the next unmute. If a camera does not open,
   * the one before goes on, and this rejects with the reason; if that one does not open either, it is muted.
   */
  async switchDevice(source: 'camera' | 'microphone', deviceId: string): Promise<void> {
    const track = this.#tracks.get(source);
    if (track === undefined) return;
    if (source === 'camera') await this.#exchange(track, () => ({ deviceId }));
    else if (track.mediaStreamTrack.readyState === 'ended') this.#devices.remember(source, { deviceId });
    else await this.#reopen(track, { deviceId });
  }

  /** From the front camera to the rear one, or back; like `switchDevice`. Resolves to the side; null without one. */
  async flipCamera(): Promise<Facing | null> {
    const track = this.#tracks.get('camera');
    if (track === undefined) return null;
    const flipped = () => ({ facing: this.#devices.flipped(track.mediaStreamTrack) });
    return (await this.#exchange(track, flipped)).facing ?? null;
  }

  async raiseHand(): Promise<void> {
    await this.#options.commands.send('raiseHand', {});
  }

  async lowerHand(): Promise<void> {
    await this.#options.commands.send('lowerHand', { participantId: this.id });
  }

  async setName(name: string): Promise<void> {
    await this.#options.commands.send('rename', { name });
  }

  override update(record: ParticipantRecord): ReturnType<Participant<LocalTrack>['update']> {
    const gone = super.update(record);
    for (const publication of gone) if (publication.track !== undefined) this.#drop(publication.track);
    for (const publication of this.publications.values()) {
      const track = this.#tracks.get(publication.source);
      if (track?.trackId !== publication.trackId) continue;
      publication.track = track;
      if (track.recordMuted !== publication.muted) track.setRecordMuted(publication.muted);
    }
    this.#reconcile();
    return gone;
  }

  /**
   * Called when the room had dropped this participant and it joined again: publishes its tracks again, as they were.
   */
  rejoined(record: ParticipantRecord): void {
    super.update(record);
    for (const track of this.#tracks.values()) {
      if (!this.publications.has(track.trackId)) void this.#announce(track).catch((error) => this.#warn(track, error));
    }
  }

  /** Closes the devices that the SDK opened. */
  close(): void {
    clearTimeout(this.#reminder);
    this.#orphans.close();
    this.#interruptions.close();
    for (const track of this.#tracks.values()) track.close();
    this.#tracks.clear();
  }

  async #setEnabled(
    source: 'camera' | 'microphone',
    enabled: boolean,
    options: CaptureOptions & PublishOptions,
  ): Promise<void> {
    const track = this.#tracks.get(source);
    if (track !== undefined) {
      if (enabled && options.deviceId !== undefined) await this.#reopen(track, options);
      await (enabled ? this.unmute(source) : this.mute(source));
      return;
    }
    if (!enabled) return;
    const [captured] = await this.#devices.open(source, options);
    if (captured !== undefined) await this.#publish(captured.track, { ...options, source, muted: false }, true);
  }

  async #publish(
    mediaStreamTrack: MediaStreamTrack,
    options: PublishTrackOptions,
    ownsDevice: boolean,
  ): Promise<LocalTrack> {
    const { source, muted = false, handOver: _, ...publish } = options;
    const known = this.#tracks.get(source);
    if (known !== undefined) {
      await this.#replace(known, mediaStreamTrack, ownsDevice);
      return known;
    }
    const adopted = this.publication(source);
    const track = new LocalTrack({
      trackId: adopted?.trackId ?? this.#options.newId(),
      source,
      mediaStreamTrack,
      muted: muted || (adopted?.muted ?? false),
      publish,
      ownsDevice,
      interruptionChanged: () => {
        this.#options.emit('localTrackInterrupted', track.source, track.interrupted);
        this.#reconcileInterruptions();
      },
    });
    this.#tracks.set(source, track);
    this.#watch(track, mediaStreamTrack);
    if (adopted === undefined) {
      try {
        await this.#announce(track);
      } catch (error) {
        this.#drop(track);
        throw error;
      }
      return track;
    }
    adopted.track = track;
    track.setRecordMuted(adopted.muted);
    this.#options.media.addLocal(track);
    this.#reconcile();
    return track;
  }

  async #announce(track: LocalTrack): Promise<void> {
    const { trackId, source } = track;
    this.#publishing.add(trackId);
    try {
      await this.#options.commands.send('publish', { trackId, source, muted: track.muted });
    } finally {
      this.#publishing.delete(trackId);
    }
    if (this.#tracks.get(source) !== track) return;
    const publication = this.publications.get(trackId);
    if (publication !== undefined) publication.track = track;
    this.#options.media.addLocal(track);
    this.#reconcile();
  }

  #reconcileInterruptions(): void {
    const tracks = [...this.#tracks.values()].flatMap((track) => {
      const { trackId, source, interrupted } = track;
      const publication = this.publications.get(trackId);
      if (publication === undefined || this.#publishing.has(trackId)) return [];
      return { trackId, source, interrupted, recorded: publication.interrupted };
    });
    this.#interruptions.reconcile(tracks);
  }

  /** Mutes in the room what is muted here, now or as soon as the room can be reached. */
  #reconcile(): void {
    this.#reconcileInterruptions();
    clearTimeout(this.#reminder);
    for (const track of this.#tracks.values()) {
      if (!track.held || track.recordMuted || this.#unmuting.has(track.trackId)) continue;
      if (this.#publishing.has(track.trackId) || !this.publications.has(track.trackId)) continue;
      void this.#tellMuted(track);
    }
  }

  async #tellMuted(track: LocalTrack): Promise<void> {
    if (this.#muting.has(track.trackId)) return;
    this.#muting.add(track.trackId);
    try {
      const { trackId } = track;
      await this.#options.commands.send('setTrackMuted', { participantId: this.id, trackId, muted: true });
    } catch (error) {
      if (!isTransient(error)) this.#warn(track, error);
      // The track is silent here all the same; the record is tried again.
      clearTimeout(this.#reminder);
      this.#reminder = setTimeout(() => this.#reconcile(), REMIND_MS);
    } finally {
      this.#muting.delete(track.trackId);
    }
  }

  async #reopen(track: LocalTrack, options: CaptureOptions): Promise<void> {
    const { source } = track;
    if (source !== 'camera' && source !== 'microphone') return;
    const [captured] = await this.#devices.reopen(source, options);
    if (captured !== undefined) await this.#replace(track, captured.track, true);
  }

  /** One after another: a camera that is being opened cannot be exchanged. */
  #exchange(track: LocalTrack, choose: () => CaptureOptions): Promise<CaptureOptions> {
    const exchanged = this.#exchanging.then(async () => {
      const asked = choose();
      const { captured, problem } = await this.#devices.exchange(asked, track.mediaStreamTrack);
      if (captured !== undefined) await this.#replace(track, captured.track, true);
      else if (problem !== null) this.#lose(track, new Error('No camera could be opened.', { cause: problem }));
      if (problem !== null) throw problem;
      return asked;
    });
    this.#exchanging = exchanged.catch(() => undefined);
    return exchanged;
  }

  async #replace(track: LocalTrack, mediaStreamTrack: MediaStreamTrack, ownsDevice: boolean): Promise<void> {
    this.#watch(track, mediaStreamTrack);
    await track.replace(mediaStreamTrack, ownsDevice);
    // Its media may not have been produced yet, since there was nothing to send.
    if (this.publications.has(track.trackId)) this.#options.media.addLocal(track);
    this.#options.emit('localTrackReplaced', track);
  }

  #watch(track: LocalTrack, mediaStreamTrack: MediaStreamTrack): void {
    mediaStreamTrack.addEventListener('ended', () => this.#ended(track, mediaStreamTrack));
    this.#devices.remember(track.source, mediaStreamTrack.getSettings());
  }

  /** The device was unplugged, or the browser's own "stop sharing" was used. */
  #ended(track: LocalTrack, mediaStreamTrack: MediaStreamTrack): void {
    if (this.#tracks.get(track.source) !== track || track.mediaStreamTrack !== mediaStreamTrack) return;
    if (track.source === 'screen' || track.source === 'screenAudio') {
      this.unpublishTrack(track.source).catch((error: unknown) => this.#warn(track, error));
      return;
    }
    void this.#recapture(track, mediaStreamTrack);
  }

  /** Another device takes the place of one that was unplugged while it was on; without one, the track is muted. */
  async #recapture(track: LocalTrack, lost: MediaStreamTrack): Promise<void> {
    if (track.sending) {
      // If none can be opened, the lost one stays in its place.
      await this.#reopen(track, {}).catch(() => undefined);
    }
    if (track.mediaStreamTrack === lost) this.#lose(track, undefined);
    else if (this.#tracks.get(track.source) === track) {
      this.#options.emit('deviceReplaced', track.source, track.mediaStreamTrack.label);
    }
  }

  #lose(track: LocalTrack, problem: Error | undefined): void {
    if (this.#tracks.get(track.source) !== track) return;
    this.#options.emit('deviceLost', track.source, problem);
    this.mute(track.source).catch((error: unknown) => this.#warn(track, error));
  }

  #drop(track: LocalTrack): void {
    if (this.#tracks.get(track.source) === track) this.#tracks.delete(track.source);
    this.#options.media.removeLocal(track.trackId);
    track.close();
  }

  #warn(track: LocalTrack, error: unknown): void {
    this.#options.emit('warning', `a change of the ${track.source} did not reach the room`, error);
  }
}
