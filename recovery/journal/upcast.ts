import type { RoomEventType } from '../../core/room/events.ts';

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
  TrackUnpublished: [],
  TrackReencodingWished: [],
  ChatPosted: [],
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

/** The shape number in a newly written event; undefined stands for 1. */
export function shapeToWrite(type: RoomEventType): number | undefined {
  const shape = STEPS[type].length + 1;
  return shape === 1 ? undefined : shape;
}

/**
 * Brings a stored event to today's shape; returns null if its type means nothing today.
 * @throws TypeError when that is impossible; the message says why
 */
export function upcast(stored: unknown): Stored | null {
  if (typeof stored !== 'object' || stored === null) throw new TypeError('an event is not an object');
  const { type, shape = 1 } = stored as Stored;
  if (RETIRED.has(type)) return null;
  const steps = typeof type === 'string' ? stepsByType.get(type) : undefined;
  if (!steps) {
    throw new TypeError(`the event type ${JSON.stringify(type)} is unknown: was it written by a newer version?`);
  }
  if (steps.length === 0 && shape === 1) return stored as Stored;
  if (typeof shape !== 'number' || !Number.isInteger(shape) || shape < 1 || shape > steps.length + 1) {
    throw new TypeError(`shape ${JSON.stringify(shape)} of ${type} is unknown: was it written by a newer version?`);
  }
  const { shape: _, ...event } = stored as Stored;
  return steps.slice(shape - 1).reduce((older, step) => step(older), event);
}
