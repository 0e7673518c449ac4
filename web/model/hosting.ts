import type { AttendanceReport, Room, RoomLayout, RoomState } from '../../client/index.ts';

export { type AttendanceWords, MAX_SPOTLIT, toAttendanceCsv } from '../../client/index.ts';
export type { RoomLayout };

/** What hosts arranged for everybody. */
export interface ForAll {
  /** The hosts' layout; `layoutThatHolds` says whether it holds here. */
  readonly layout: RoomState['layout'];
  /** Shown large beside the spotlight. */
  readonly alsoSpotlit: readonly string[];
  readonly joinMuted: boolean;
  readonly capacity: number;
  readonly guests: boolean;
  readonly filesAllowed: boolean;
}

export interface HostingActions {
  muteAll(): Promise<void>;
  askToUnmute(participantId: string): Promise<void>;
  /** A host takes the question back, or the person says no. */
  declineUnmute(participantId: string): Promise<void>;
  /** Null leaves it to each person. */
  setLayout(layout: RoomLayout | null): Promise<void>;
  /** The first of them also for pages that show one person only; nobody ends it. */
  setSpotlights(participantIds: readonly string[]): Promise<void>;
  setJoinMuted(joinMuted: boolean): Promise<void>;
  /** Whether people come in who neither signed in nor were invited. */
  setGuests(guests: boolean): Promise<void>;
  setFilesAllowed(filesAllowed: boolean): Promise<void>;
  renameRoom(name: string): Promise<void>;
  setCapacity(capacity: number): Promise<void>;
  /** Who was there and when. */
  attendance(): Promise<AttendanceReport>;
}

/** Returns the same object while nothing in it has changed. */
export function forAllOf({ layout, alsoSpotlit, settings }: RoomState, before: ForAll | null): ForAll {
  const { joinMuted, capacity, guests, filesAllowed } = settings;
  const isSame =
    before?.layout === layout &&
    before.alsoSpotlit === alsoSpotlit &&
    before.joinMuted === joinMuted &&
    before.capacity === capacity &&
    before.guests === guests &&
    before.filesAllowed === filesAllowed;
  return isSame ? before : { layout, alsoSpotlit, joinMuted, capacity, guests, filesAllowed };
}

export function hostingActions({ controls }: Room): HostingActions {
  return {
    muteAll: () => controls.muteAll(),
    askToUnmute: (participantId) => controls.askToUnmute(participantId),
    declineUnmute: (participantId) => controls.declineUnmute(participantId),
    setLayout: (layout) => controls.setLayout(layout),
    setSpotlights: ([first = null, ...others]) => controls.setSpotlight(first, others),
    setJoinMuted: (joinMuted) => controls.setJoinMuted(joinMuted),
    setGuests: (guests) => controls.setGuests(guests),
    setFilesAllowed: (allowed) => controls.setFilesAllowed(allowed),
    renameRoom: (name) => controls.rename(name),
    setCapacity: (capacity) => controls.setCapacity(capacity),
    attendance: () => controls.attendance(),
  };
}
