import type { RoomEventType } from '../../core/room/events.ts';
import { SNAPSHOT_FORMAT } from '../snapshots.ts';

type Stored = Record<string, unknown>;
/** Turns one shape of a stored event into the next. */
type Upcast = (event: Stored) => Stored;

/**
 * One entry for every event type that was ever written, with the steps from its first shape to today's: step n-1 makes
 * shape n+1. A new shape adds a step and a recorded sample in `samples/`. Never delete an entry.
 */
const STEPS: Record<RoomEventType, readonly Upcast[]> = {
  RoomCreated: [],
  RoomClosed: [],
  ParticipantJoined: [],
  ParticipantResumed: [],
  ParticipantDisconnected: [],
  ParticipantGone: [],
  ParticipantRenamed: [],
  RoleChanged: [],
  HandRaised: [],
  HandLowered: [],
  TrackPublished: [],
  TrackMuted: [],
  TrackUnmuted: [],
  TrackInterruptionChanged: [],
  TrackUnpublished: [],
  TrackReencodingWished: [],
  ChatPosted: [],
  FileShared: [],
  ChatEdited: [],
  ChatDeleted: [],
  ParticipantKnocked: [],
  KnockWithdrawn: [],
  ParticipantAdmitted: [],
  ParticipantDenied: [],
  ParticipantBanned: [],
  ParticipantUnbanned: [],
  RoomRenamed: [],
  LockChanged: [],
  LobbyChanged: [],
  PasswordChanged: [],
  CapacityChanged: [],
  ReencodingPolicyChanged: [],
  SpotlightChanged: [],
  GrantsChanged: [],
  RoomGrantsChanged: [],
  GuestsChanged: [],
  TokensRevoked: [],
  ParticipantErased: [],
  HotStandbyChanged: [],
  LayoutChanged: [],
  JoinMutedChanged: [],
  PrivateChatChanged: [],
  PrivateMessagePosted: [],
  PrivateMessageEdited: [],
  PrivateMessageDeleted: [],
  UnmuteAsked: [],
  UnmuteDeclined: [],
  MediaBoundsChanged: [],
  PollOpened: [],
  VoteCast: [],
  BallotCast: [],
  PollClosed: [],
  PollRemoved: [],
  NotesEdited: [],
  NotesCompacted: [],
  RecordingBegun: [],
  RecordingEnded: [],
  RecordingAllowedChanged: [],
  FilesAllowedChanged: [],
  MessageReacted: [],
  PrivateMessageReacted: [],
  BreakoutsOpened: [],
  BreakoutsChanged: [],
  BreakoutsEnded: [],
  BreakoutAssigned: [],
  BreakoutEntered: [],
  BreakoutLeft: [],
};

/**
 * Types that were once written and mean nothing today. Their samples stay, and a commit with only such types has no
 * events.
 */
const RETIRED: ReadonlySet<unknown> = new Set(['RecordingWished']);

const stepsByType: ReadonlyMap<string, readonly Upcast[]> = new Map(Object.entries(STEPS));

/** Every event type with the number of its newest shape. */
export function currentShapes(): ReadonlyMap<string, number> {
  return new Map([...stepsByType].map(([type, steps]) => [type, steps.length + 1]));
}

/**
 * A number that grows with every new event type and shape, and with every format of snapshots: the higher one reads
 * what the lower one wrote.
 */
export const JOURNAL_FORMAT = [...currentShapes().values()].reduce(
  (sum, shape) => sum + shape,
  RETIRED.size + SNAPSHOT_FORMAT,
);

/** An event of a type or shape that this version does not know. */
export class FromNewerVersion extends TypeError {
  constructor(what: string) {
    super(`${what} is unknown: a newer version wrote it`);
    this.name = 'FromNewerVersion';
  }
}

/** The shape number in a newly written event; undefined stands for 1. */
export function shapeToWrite(type: RoomEventType): number | undefined {
  const shape = STEPS[type].length + 1;
  return shape === 1 ? undefined : shape;
}

/**
 * Brings a stored event to today's shape; returns null if its type means nothing today.
 * @throws FromNewerVersion when this version does not know its type or shape
 * @throws TypeError when it is no event; the message says why
 */
export function upcast(stored: unknown): Stored | null {
  if (typeof stored !== 'object' || stored === null) throw new TypeError('an event is not an object');
  const { type, shape = 1 } = stored as Stored;
  if (RETIRED.has(type)) return null;
  const steps = typeof type === 'string' ? stepsByType.get(type) : undefined;
  if (!steps && typeof type === 'string') throw new FromNewerVersion(`the event type ${JSON.stringify(type)}`);
  if (!steps) throw new TypeError('an event has no type');
  if (steps.length === 0 && shape === 1) return stored as Stored;
  if (typeof shape !== 'number' || !Number.isInteger(shape) || shape < 1) {
    throw new TypeError(`shape ${JSON.stringify(shape)} of ${type} is no number of a shape`);
  }
  if (shape > steps.length + 1) throw new FromNewerVersion(`shape ${shape} of ${type}`);
  const { shape: _, ...event } = stored as Stored;
  return steps.slice(shape - 1).reduce((older, step) => step(older), event);
}
