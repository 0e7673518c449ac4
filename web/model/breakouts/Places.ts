import { Room } from '../../../client/index.ts';
import { t } from '../../i18n/i18n.ts';
import { describeError } from '../../lib/describeError.ts';
import type { HandedTracks } from '../Door.ts';
import type { Effects } from '../effects/Effects.ts';
import type { InputKind } from '../inputAccess.ts';
import { isOn } from '../isOn.ts';
import type { Meeting, MeetingActions, MeetingConnection, MeetingSnapshot, Notice } from '../Meeting.ts';
import { forgetStay, readPlace, rememberOfPlace } from '../placeMemory.ts';
import { RoomMeeting } from '../RoomMeeting.ts';
import { type Aim, aimAfterReload, aimAt, type BreakoutActions, viewOf } from './breakouts.ts';
import { LatestNotice } from './LatestNotice.ts';
import { actionsInside, snapshotInside } from './ofTheMeeting.ts';

interface Inside {
  readonly roomId: string;
  readonly room: Room;
  readonly meeting: RoomMeeting;
  readonly unsubscribe: () => void;
  /** What is on there, or was when it ended. */
  on: readonly InputKind[];
}

const NOTHING: HandedTracks = { camera: Promise.resolve(null), microphone: Promise.resolve(null) };

/** Before the end people are told. */
const WARN_MS = 60_000;

/**
 * The meeting where the person is: in the main room, to which the page stays connected, or in a breakout room. It goes
 * there and back by itself.
 */
export class Places implements Meeting {
  readonly #room: Room;
  readonly #main: RoomMeeting;
  readonly #effects: Effects;
  readonly #listeners = new Set<() => void>();
  readonly #breakouts: BreakoutActions;
  readonly #mainActions: MeetingActions;
  readonly #notices = new LatestNotice();
  /** What was opened before the meeting, until a room takes it. */
  #handed: HandedTracks | null;
  #insideActions: MeetingActions | null = null;
  #inside: Inside | null = null;
  #toReopen: readonly InputKind[] = [];
  #aim: Aim;
  #remembered: Aim | null = null;
  #clockOf: string | null = null;
  #moving = false;
  #offsetMs = 0;
  #warning: ReturnType<typeof setTimeout> | undefined;
  #notice: Notice | null = null;
  #announced: string | null;
  #snapshot: MeetingSnapshot;

  constructor(room: Room, main: RoomMeeting, handed: HandedTracks, effects: Effects) {
    this.#room = room;
    this.#effects = effects;
    this.#main = main;
    this.#handed = handed;
    this.#breakouts = this.#breakoutActions();
    this.#mainActions = { ...main.actions, breakouts: this.#breakouts };
    this.#announced = this.#newestAnnouncement()?.id ?? null;
    this.#aim = aimAfterReload(
      room.record?.breakouts ?? null,
      room.localParticipant.id,
      readPlace(main.getSnapshot()).assignment,
    );
    this.#snapshot = this.#build();
    main.subscribe(() => this.#mainChanged());
    this.#mainChanged();
    // After a reload the person may belong elsewhere.
    if (this.#aim.target === null) this.#publishInMain(handed);
  }

  get actions(): MeetingActions {
    return this.#insideActions ?? this.#mainActions;
  }

  get connection(): MeetingConnection {
    return (this.#inside?.meeting ?? this.#main).connection;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): MeetingSnapshot => this.#snapshot;

  #mainChanged(): void {
    const { ended, roomId } = this.#main.getSnapshot();
    if (ended !== null) {
      // Whoever lost the connection for too long may come back, and go on.
      if (ended !== 'expired') forgetStay(roomId);
      clearTimeout(this.#warning);
      void this.#inside?.room.disconnect();
      this.#refresh();
      return;
    }
    const breakouts = this.#room.record?.breakouts ?? null;
    const before = this.#aim;
    this.#aim = aimAt(breakouts, this.#room.localParticipant.id, before);
    if (breakouts === null && before.breakoutsId !== null && this.#inside) {
      this.#say({ title: t('breakouts:over'), advice: t('breakouts:overAdvice') });
    }
    if (breakouts !== null && this.#clockOf !== breakouts.id) {
      this.#clockOf = breakouts.id;
      void this.#readClock();
    }
    this.#hearAnnouncement();
    this.#warnInTime();
    this.#declineMain();
    this.#refresh();
    void this.#move();
  }

  /** The end is by the servers' clock. */
  async #readClock(): Promise<void> {
    try {
      this.#offsetMs = Date.now() - (await this.#room.controls.breakouts.serverTime());
    } catch {
      return; // The device's clock stands in.
    }
    this.#warnInTime();
    this.#refresh();
  }

  #warnInTime(): void {
    clearTimeout(this.#warning);
    const endsAt = this.#room.record?.breakouts?.endsAt;
    const inMs = endsAt == null ? -1 : endsAt + this.#offsetMs - WARN_MS - Date.now();
    if (inMs <= 0) return;
    this.#warning = setTimeout(() => {
      if (this.#inside) this.#say({ title: t('breakouts:oneMinute'), advice: t('breakouts:oneMinuteAdvice') });
    }, inMs);
  }

  #newestAnnouncement() {
    return this.#room.record?.chat.findLast(({ announcement, deleted }) => announcement === true && !deleted);
  }

  #hearAnnouncement(): void {
    const newest = this.#newestAnnouncement();
    if (newest === undefined || newest.id === this.#announced) return;
    this.#announced = newest.id;
    if (newest.participantId === this.#room.localParticipant.id) return;
    this.#say({ title: t('breakouts:announced', { name: newest.name }), advice: newest.text });
  }

  /** While the person is elsewhere nothing of the main room is received. */
  #declineMain(): void {
    if (!this.#inside) return;
    const declined = [...this.#room.participants.values()].flatMap(({ publications }) => [...publications.keys()]);
    this.#room.setView({ tiles: [], near: [], declined: declined.slice(0, 500) });
  }

  /** Takes the page to where it aims, one step after the other. */
  async #move(): Promise<void> {
    if (this.#moving) return;
    while (this.#main.getSnapshot().ended === null && (this.#inside?.roomId ?? null) !== this.#aim.target) {
      const { target } = this.#aim;
      this.#moving = true;
      this.#refresh();
      try {
        await (target === null ? this.#goBack() : this.#goTo(target));
      } catch (error) {
        // The aim may be another one by now; else the person stays, and is told.
        if (this.#aim.target === target) {
          this.#aim = { ...this.#aim, target: null };
          this.#say(describeError(error));
        }
      } finally {
        this.#moving = false;
      }
    }
    this.#remember();
    this.#refresh();
  }

  /** The page has done what the hosts wanted: after a reload it does not do so again. */
  #remember(): void {
    if (this.#remembered === this.#aim || this.#main.getSnapshot().ended !== null) return;
    this.#remembered = this.#aim;
    const { breakoutsId, assigned } = this.#aim;
    rememberOfPlace(this.#main.getSnapshot(), { assignment: { breakoutsId, assigned } });
  }

  async #goTo(roomId: string): Promise<void> {
    const left = this.#inside?.meeting ?? this.#main;
    const tracks = this.#handed ?? this.#lend();
    this.#handed = null;
    // Nothing happens any more in the room that would be recorded.
    await left.actions.recording.end();
    const room = new Room();
    try {
      const { token } = await this.#room.controls.breakouts.enter(roomId);
      this.#main.release();
      this.#leaveRoom();
      const { name } = this.#room.localParticipant;
      await room.connect(location.origin, token, { name });
    } catch (error) {
      if (this.#inside) stop(tracks);
      else await this.#comeBack(tracks);
      throw error;
    }
    const meeting = new RoomMeeting(room, this.#effects, this.#room.roomId);
    this.#publish(meeting, tracks);
    const unsubscribe = meeting.subscribe(() => this.#insideChanged(meeting));
    this.#inside = { roomId, room, meeting, unsubscribe, on: [] };
    this.#insideActions = {
      ...actionsInside(meeting.actions, this.#main.actions),
      breakouts: this.#breakouts,
      leave: async () => {
        await room.disconnect();
        await this.#main.actions.leave();
      },
    };
    this.#declineMain();
    this.#insideChanged(meeting);
  }

  async #goBack(): Promise<void> {
    if (!this.#inside) return;
    const tracks = this.#lend();
    this.#leaveRoom();
    await this.#comeBack(tracks);
  }

  async #comeBack(tracks: HandedTracks): Promise<void> {
    this.#room.setView(undefined);
    try {
      if (this.#room.record?.breakouts) await this.#room.controls.breakouts.leave();
    } finally {
      this.#publishInMain(tracks);
    }
  }

  /** What is on goes along. A room that has ended has closed it: then it is opened again in the next one. */
  #lend(): HandedTracks {
    const inside = this.#inside;
    if (inside?.meeting.getSnapshot().ended == null) return (inside?.meeting ?? this.#main).lend();
    this.#toReopen = inside.on;
    return NOTHING;
  }

  #publish(meeting: RoomMeeting, tracks: HandedTracks): void {
    meeting.publish(tracks);
    const { setCamera, setMicrophone } = meeting.actions;
    for (const input of this.#toReopen) {
      const turnOn = input === 'camera' ? setCamera : setMicrophone;
      turnOn(true).catch((error: unknown) => this.#say(describeError(error)));
    }
    this.#toReopen = [];
  }

  #publishInMain(tracks: HandedTracks): void {
    this.#handed = null;
    this.#publish(this.#main, tracks);
  }

  #leaveRoom(): void {
    if (!this.#inside) return;
    const { room, unsubscribe } = this.#inside;
    unsubscribe();
    this.#inside = null;
    this.#insideActions = null;
    void room.disconnect();
  }

  /** A breakout room that ends for this person is no end of the meeting. */
  #insideChanged(meeting: RoomMeeting): void {
    if (this.#inside?.meeting !== meeting) return;
    const snapshot = meeting.getSnapshot();
    if (snapshot.ended === null) {
      this.#inside.on = (['camera', 'microphone'] as const).filter((input) => isOn(snapshot, input));
    } else if (this.#aim.target === this.#inside.roomId) {
      this.#aim = { ...this.#aim, target: null };
      void this.#move();
    }
    this.#refresh();
  }

  #breakoutActions(): BreakoutActions {
    const { breakouts } = this.#room.controls;
    return {
      open: (wanted) => breakouts.open(wanted),
      prolong: async (byMs) => {
        const endsAt = this.#room.record?.breakouts?.endsAt ?? null;
        if (endsAt !== null) await breakouts.setEnd(endsAt + byMs);
      },
      end: () => breakouts.end(),
      assign: (participantId, roomId) => breakouts.assign(participantId, roomId),
      announce: (text) => breakouts.announce(text),
      enter: (roomId) => this.#aimAt(roomId),
      leave: () => this.#aimAt(null),
    };
  }

  #aimAt(target: string | null): void {
    this.#aim = { ...this.#aim, target };
    void this.#move();
  }

  #say(notice: Notice | null): void {
    this.#notice = notice;
    this.#refresh();
  }

  #refresh(): void {
    this.#snapshot = this.#build();
    for (const listener of [...this.#listeners]) listener();
  }

  #build(): MeetingSnapshot {
    const main = this.#main.getSnapshot();
    const inside = this.#inside?.meeting.getSnapshot();
    const recorded = this.#room.record?.breakouts ?? null;
    const people = [main.self, ...main.others];
    const now = { place: this.#inside?.roomId ?? null, moving: this.#moving, offsetMs: this.#offsetMs };
    return {
      ...(inside === undefined ? main : snapshotInside(inside, main)),
      notice: this.#notices.of(main.notice, inside?.notice ?? null, this.#notice),
      breakouts: recorded && viewOf(recorded, { selfId: main.self.id, people }, now),
    };
  }
}

function stop({ camera, microphone }: HandedTracks): void {
  for (const track of [camera, microphone]) void track.then((opened) => opened?.stop());
}
