import type { MediaBlocked, Room } from '../../client/index.ts';
import { t } from '../i18n/i18n.ts';
import { describeError } from '../lib/describeError.ts';
import { thisPage } from '../lib/thisPage.ts';
import { DeclinedScreens } from './DeclinedScreens.ts';
import type { HandedTracks } from './Door.ts';
import { EFFECT_NAMES, type Effects } from './effects/Effects.ts';
import type { EndReason, MeetingActions, MeetingSnapshot, Notice, OneRoom } from './Meeting.ts';
import { MeetingDevices } from './MeetingDevices.ts';
import { MicrophoneWatch } from './MicrophoneWatch.ts';
import {
  effectNotice,
  hostMuteNotice,
  lostDeviceNotice,
  replacedDeviceNotice,
  stoppedCameraNotice,
  stoppedScreenNotice,
} from './notices.ts';
import { OwnRecording, openRecorder } from './OwnRecording.ts';
import { PageUpgrade } from './PageUpgrade.ts';
import { PersonalVolumes } from './PersonalVolumes.ts';
import { Reactions } from './Reactions.ts';
import { RoomConnection } from './RoomConnection.ts';
import { type Absence, MARK_AFTER_MS } from './recovery.ts';
import { roomActions } from './roomActions.ts';
import { SnapshotBuilder } from './SnapshotBuilder.ts';

/** Events after which the page may look different. */
const CHANGES = [
  'reconnecting',
  'reconnected',
  'recovered',
  'participantConnected',
  'participantDisconnected',
  'participantStateChanged',
  'trackPublished',
  'trackUnpublished',
  'trackSubscribed',
  'trackUnsubscribed',
  'trackMuted',
  'trackUnmuted',
  'localTrackInterrupted',
  'activeSpeakersChanged',
  'connectionQualityChanged',
  'chatChanged',
  'uploadsChanged',
  'roomChanged',
  'lobbyChanged',
  'reencodingChanged',
  'hotStandbyChanged',
] as const;

/** After this somebody who stopped without notice no longer counts as writing. */
const TYPING_MS = 6_000;

/** The meeting of a connected `Room`. */
export class RoomMeeting {
  readonly actions: OneRoom<MeetingActions>;
  readonly connection: RoomConnection;
  readonly #room: Room;
  readonly #effects: Effects;
  readonly #devices: MeetingDevices;
  readonly #builder: SnapshotBuilder;
  readonly #microphone = new MicrophoneWatch(() => this.#refreshSoon());
  readonly #reactions = new Reactions(() => this.#refreshSoon());
  readonly #recording: OwnRecording;
  readonly #declined: DeclinedScreens;
  readonly #listeners = new Set<() => void>();
  readonly #lastSpokeAt = new Map<string, number>();
  readonly #typing = new Map<string, ReturnType<typeof setTimeout>>();
  #speakers: readonly string[] = [];
  #notice: Notice | null = null;
  #mediaBlocked: MediaBlocked | null = null;
  #absence: Absence | null = null;
  #ended: EndReason | null = null;
  #snapshot: OneRoom<MeetingSnapshot>;
  #refreshing = false;

  /** `meetingId` is the main room, where this one is a breakout room of it. */
  constructor(room: Room, effects: Effects, meetingId = room.roomId) {
    const { roomId: placeId } = room;
    if (placeId === undefined || meetingId === undefined) throw new Error('a meeting in a room that was never entered');
    this.#room = room;
    this.#effects = effects;
    this.connection = new RoomConnection(room);
    const volumes = new PersonalVolumes(room, () => this.#refreshSoon());
    this.#builder = new SnapshotBuilder(room, volumes);
    this.#devices = new MeetingDevices(room, effects, () => this.#effectsChanged());
    this.#declined = new DeclinedScreens(room, { roomId: meetingId, placeId });
    this.#recording = new OwnRecording(this, room.controls, {
      say: (notice) => this.#say(notice),
      changed: () => this.#refreshSoon(),
      open: openRecorder,
    });
    this.actions = {
      ...roomActions(room, this.#devices),
      react: (emoji) => this.#reactions.send(room, emoji),
      setEffect: (name, wanted) => effects.want(name, wanted),
      setVolume: (participantId, source, volume) => volumes.set(participantId, source, volume),
      recording: this.#recording.actions,
      declineScreen: (participantId, declined) => {
        this.#declined.set(participantId, declined);
        this.#refreshSoon();
      },
    };
    this.#snapshot = this.#build();

    room.on('chatChanged', () => this.#builder.outboxChanged());
    room.on('activeSpeakersChanged', (speakers) => {
      this.#speakers = speakers.map((participant) => participant.id);
      for (const id of this.#speakers) this.#lastSpokeAt.set(id, Date.now());
    });
    room.on('typingChanged', (typing, { id }) => this.#noteTyping(id, typing));
    room.on('reacted', (emoji, { id }) => this.#reactions.add(id, emoji));
    room.on('reconnecting', () => {
      // The room object reports only an interruption that takes longer than a moment.
      const since = Date.now() - MARK_AFTER_MS;
      this.#absence = { since, until: since + (room.record?.settings.graceMs ?? 0) };
    });
    room.on('reconnected', () => {
      this.#absence = null;
    });
    room.on('disconnected', (reason, error) => {
      if (error) console.warn('the meeting is over', reason, error);
      this.#devices.close();
      this.#microphone.close();
      this.#reactions.close();
      for (const timer of this.#typing.values()) clearTimeout(timer);
      // `refused`: the way back in was refused after the connection was lost.
      this.#ended = reason === 'refused' ? 'expired' : reason;
      this.#refresh();
    });
    room.on('held', (error) => this.#say(describeError(error)));
    room.on('mediaBlockedChanged', (blocked) => {
      this.#mediaBlocked = blocked;
      this.#refreshSoon();
    });
    room.on('deviceLost', (source, error) => this.#say(error ? stoppedCameraNotice() : lostDeviceNotice(source)));
    room.on('deviceReplaced', (source, label) => {
      this.#devices.replaced();
      this.#say(replacedDeviceNotice(source, label));
    });
    room.on('trackMuted', ({ source }, { id }, byHost) => {
      const self = room.localParticipant;
      if (byHost && id === self.id) {
        this.#say(hostMuteNotice(source, this.#build().self.grants.unmute));
      }
    });
    room.on('trackUnpublished', ({ source, trackId }, { id }, byHost) => {
      this.#declined.unpublished(trackId);
      if (byHost && id === room.localParticipant.id && source === 'screen') this.#say(stoppedScreenNotice());
    });
    new PageUpgrade(room, thisPage, (notice) => this.#say(notice));
    room.on('warning', (message, error) => console.warn(message, error));
    for (const name of CHANGES) room.on(name, () => this.#refreshSoon());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): OneRoom<MeetingSnapshot> => this.#snapshot;

  /** Takes over the devices that ran before the meeting. If that fails, the person is in the meeting without them. */
  publish(tracks: HandedTracks): void {
    this.#devices.publish(tracks).then(
      (joinedMuted) => {
        if (joinedMuted) this.#say({ title: t('hosts:joinedMuted.title'), advice: t('hosts:joinedMuted.advice') });
      },
      (error: unknown) => this.#say(describeError(error)),
    );
  }

  /** Gives what is on to another room of this person; it stays on here until `release`. */
  lend(): HandedTracks {
    return this.#devices.lend();
  }

  /** Closes the devices: another room has them. */
  release(): void {
    this.#devices.release();
  }

  /** Says it when an effect switches itself off. */
  #effectsChanged(): void {
    const before = this.#snapshot.effects;
    const now = this.#effects.getSnapshot();
    for (const name of EFFECT_NAMES) {
      const { problem } = now[name];
      if (problem !== null && problem !== before[name].problem) this.#say(effectNotice(name, problem));
    }
    this.#refreshSoon();
  }

  #say(notice: Notice | null): void {
    this.#notice = notice;
    this.#refreshSoon();
  }

  #noteTyping(id: string, typing: boolean): void {
    clearTimeout(this.#typing.get(id));
    this.#typing.delete(id);
    if (typing) {
      const forget = () => {
        this.#typing.delete(id);
        this.#refreshSoon();
      };
      this.#typing.set(id, setTimeout(forget, TYPING_MS));
    }
    this.#refreshSoon();
  }

  /** Events of one commit come together: one new snapshot for all of them. */
  #refreshSoon(): void {
    if (this.#refreshing) return;
    this.#refreshing = true;
    queueMicrotask(() => {
      this.#refreshing = false;
      if (this.#ended === null) this.#refresh();
    });
  }

  #refresh(): void {
    const { microphone } = this.#devices.inUse();
    this.#microphone.watch(microphone, this.#room.localParticipant.isMicrophoneEnabled);
    this.#snapshot = this.#build();
    this.#recording.follow(this.#snapshot);
    for (const listener of [...this.#listeners]) listener();
  }

  #build(): OneRoom<MeetingSnapshot> {
    return this.#builder.build({
      speakers: this.#speakers,
      lastSpokeAt: this.#lastSpokeAt,
      typingIds: [...this.#typing.keys()],
      notice: this.#notice,
      absence: this.#absence,
      reactions: this.#reactions.shown,
      ownRecording: this.#recording.state,
      declined: this.#declined.trackIds,
      mediaBlocked: this.#mediaBlocked,
      ownDevices: this.#devices.inUse(),
      effects: this.#effects.getSnapshot(),
      microphoneHint: this.#microphone.hint,
      ended: this.#ended,
    });
  }
}
