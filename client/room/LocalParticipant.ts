import type { Participant as ParticipantRecord, TrackSource } from '../../core/room/state.ts';
import type { CommandQueue } from '../connection/CommandQueue.ts';
import { isTransient } from '../errors.ts';
import type { CaptureOptions, DeviceAccess } from '../media/devices.ts';
import type { PublishOptions } from '../media/encodings.ts';
import { LocalDevices } from '../media/LocalDevices.ts';
import { LocalTrack } from '../media/LocalTrack.ts';
import type { MediaEngine } from '../media/MediaEngine.ts';
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
/** Tracks of the record that a reloaded page does not publish again within this time are unpublished. */
const ORPHAN_MS = 15_000;

/** The person at this client: publishes, mutes, raises a hand. Tracks and devices stay through every recovery. */
export class LocalParticipant extends Participant<LocalTrack> {
  readonly #options: LocalParticipantOptions;
  readonly #tracks = new Map<TrackSource, LocalTrack>();
  readonly #publishing = new Set<string>();
  readonly #unmuting = new Set<string>();
  readonly #muting = new Set<string>();
  readonly #devices: LocalDevices;
  #reminder: ReturnType<typeof setTimeout> | undefined;
  #orphanTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(record: ParticipantRecord, options: LocalParticipantOptions) {
    super(record);
    this.#options = options;
    this.#devices = new LocalDevices(options.devices);
    this.#adoptLater();
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

  /** Switches the device of a published source. A muted camera opens it at the next unmute. */
  async switchDevice(source: 'camera' | 'microphone', deviceId: string): Promise<void> {
    const track = this.#tracks.get(source);
    if (track === undefined) return;
    if (track.mediaStreamTrack.readyState === 'ended') this.#devices.remember(source, { deviceId });
    else await this.#reopen(track, { deviceId });
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
    clearTimeout(this.#orphanTimer);
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

  /** Mutes in the room what is muted here, now or as soon as the room can be reached. */
  #reconcile(): void {
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
    this.#options.emit('deviceLost', track.source, undefined);
    this.mute(track.source).catch((error: unknown) => this.#warn(track, error));
  }

  #drop(track: LocalTrack): void {
    if (this.#tracks.get(track.source) === track) this.#tracks.delete(track.source);
    this.#options.media.removeLocal(track.trackId);
    track.close();
  }

  /** After a reload the record still has this participant's tracks: those that are not published again are removed. */
  #adoptLater(): void {
    this.#orphanTimer = setTimeout(() => {
      for (const { source, trackId } of this.publications.values()) {
        if (this.#tracks.has(source)) continue;
        this.#options.commands
          .send('unpublish', { participantId: this.id, trackId })
          .catch((error: unknown) => this.#options.emit('warning', `${source} is still published`, error));
      }
    }, ORPHAN_MS);
  }

  #warn(track: LocalTrack, error: unknown): void {
    this.#options.emit('warning', `a change of the ${track.source} did not reach the room`, error);
  }
}
