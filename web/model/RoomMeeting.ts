import type { MediaBlocked, Room } from '../../client/index.ts';
import { describeError } from '../lib/describeError.ts';
import { thisPage } from '../lib/thisPage.ts';
import type { HandedTracks } from './Door.ts';
import type { EndReason, Meeting, MeetingActions, MeetingSnapshot, Notice } from './Meeting.ts';
import { MeetingDevices } from './MeetingDevices.ts';
import { hostMuteNotice, lostDeviceNotice, STOPPED_SCREEN_NOTICE } from './notices.ts';
import { PageUpgrade } from './PageUpgrade.ts';
import { roomActions } from './roomActions.ts';
import { SnapshotBuilder } from './SnapshotBuilder.ts';

/** Events after which the page may look different. */
const CHANGES = [
  'reconnecting',
  'reconnected',
  'participantConnected',
  'participantDisconnected',
  'participantStateChanged',
  'trackPublished',
  'trackUnpublished',
  'trackSubscribed',
  'trackUnsubscribed',
  'trackMuted',
  'trackUnmuted',
  'activeSpeakersChanged',
  'connectionQualityChanged',
  'chatChanged',
  'roomChanged',
  'lobbyChanged',
  'reencodingChanged',
  'hotStandbyChanged',
] as const;

/** After this somebody who stopped without notice no longer counts as writing. */
const TYPING_MS = 6_000;

/** The meeting of a connected `Room`. */
export class RoomMeeting implements Meeting {
  readonly actions: MeetingActions;
  readonly #devices: MeetingDevices;
  readonly #builder: SnapshotBuilder;
  readonly #listeners = new Set<() => void>();
  readonly #lastSpokeAt = new Map<string, number>();
  readonly #typing = new Map<string, ReturnType<typeof setTimeout>>();
  #speakers: readonly string[] = [];
  #notice: Notice | null = null;
  #mediaBlocked: MediaBlocked | null = null;
  #ended: EndReason | null = null;
  #snapshot: MeetingSnapshot;
  #refreshing = false;

  constructor(room: Room) {
    this.#builder = new SnapshotBuilder(room);
    this.#devices = new MeetingDevices(room, () => this.#refreshSoon());
    this.actions = roomActions(room, this.#devices);
    this.#snapshot = this.#build();

    room.on('chatChanged', () => this.#builder.outboxChanged());
    room.on('activeSpeakersChanged', (speakers) => {
      this.#speakers = speakers.map((participant) => participant.id);
      for (const id of this.#speakers) this.#lastSpokeAt.set(id, Date.now());
    });
    room.on('typingChanged', (typing, { id }) => this.#noteTyping(id, typing));
    room.on('disconnected', (reason, error) => {
      if (error) console.warn('the meeting is over', reason, error);
      this.#devices.close();
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
    room.on('deviceLost', (source) => this.#say(lostDeviceNotice(source)));
    room.on('trackMuted', ({ source }, { id }, byHost) => {
      const self = room.localParticipant;
      if (byHost && id === self.id) {
        this.#say(hostMuteNotice(source, this.#build().self.grants.unmute));
      }
    });
    room.on('trackUnpublished', ({ source }, { id }, byHost) => {
      if (byHost && id === room.localParticipant.id && source === 'screen') this.#say(STOPPED_SCREEN_NOTICE);
    });
    new PageUpgrade(room, thisPage, (notice) => this.#say(notice));
    room.on('warning', (message, error) => console.warn(message, error));
    for (const name of CHANGES) room.on(name, () => this.#refreshSoon());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): MeetingSnapshot => this.#snapshot;

  /** Takes over the devices that ran before the meeting. If that fails, the person is in the meeting without them. */
  publish(tracks: HandedTracks): void {
    this.#devices.publish(tracks).catch((error: unknown) => this.#say(describeError(error)));
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
    this.#snapshot = this.#build();
    for (const listener of [...this.#listeners]) listener();
  }

  #build(): MeetingSnapshot {
    return this.#builder.build({
      speakers: this.#speakers,
      lastSpokeAt: this.#lastSpokeAt,
      typingIds: [...this.#typing.keys()],
      notice: this.#notice,
      mediaBlocked: this.#mediaBlocked,
      ended: this.#ended,
    });
  }
}
