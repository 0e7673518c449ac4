import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { RoomState } from '../core/room/state.ts';

type Stored = Record<string, unknown>;
/** Turns one format of a stored state into the next. */
type Upcast = (state: Stored) => Stored;

/**
 * The steps from the first format to today's: step n-1 makes format n+1. A changed shape of `RoomState`, or a change of
 * the state that `evolve` derives from the same events, adds a step: journals are trimmed to their snapshots, so an old
 * snapshot may be all that is left of a room. Maps and sets are still `{ map: [[key, value], …] }` and `{ set: […] }`.
 */
const STEPS: readonly Upcast[] = [
  (state) => ({ ...state, spotlight: null }),
  withRights,
  withHotStandby,
  withStage,
  withInterruptions,
  withPrivacy,
  withMediaBounds,
  withAttendance,
  withRecordings,
  withFilesSwitch,
  withBreakouts,
  withChatForgotten,
];

/** Grows with each of them. */
export const SNAPSHOT_FORMAT = STEPS.length + 1;

/** From then on a room knows what people may do, whose tokens are void, and what a ban reaches. */
function withRights(state: Stored): Stored {
  const nowhere = { device: null, address: null };
  const grants = { sources: ['camera', 'microphone', 'screen', 'screenAudio'], chat: true, unmute: true };
  const bans = (state.banned as { readonly set: readonly string[] }).set.map((participantId) => {
    return [participantId, { participantId, name: null, ...nowhere, addressUntil: null }];
  });
  return {
    ...state,
    settings: { ...(state.settings as Stored), grants, guests: true },
    participants: withFields(state.participants, { nameFixed: false, grants: null, ...nowhere }),
    lobby: withFields(state.lobby, nowhere),
    bans: { map: bans },
    roles: { map: [] },
    voided: { map: [] },
    tokensVoidUntil: 0,
  };
}

function withHotStandby(state: Stored): Stored {
  return { ...state, settings: { ...(state.settings as Stored), hotStandby: 'auto' } };
}

/** From then on hosts arrange the meeting for everybody, and ask people to unmute. */
function withStage(state: Stored): Stored {
  return {
    ...state,
    settings: { ...(state.settings as Stored), joinMuted: false },
    participants: withFields(state.participants, { unmuteAskedAt: null }),
    alsoSpotlit: [],
    layout: null,
  };
}

/** From then on a room knows that the device behind a track gives nothing. */
function withInterruptions(state: Stored): Stored {
  const { map } = state.participants as { readonly map: readonly (readonly [string, Stored])[] };
  const participants = map.map(([id, participant]) => {
    return [id, { ...participant, tracks: withFields(participant.tracks, { interrupted: false }) }];
  });
  return { ...state, participants: { map: participants } };
}

/** From then on some messages are for two people: versions that do not know so must not read the room. */
function withPrivacy(state: Stored): Stored {
  return { ...state, settings: { ...(state.settings as Stored), privateChat: false } };
}

function withMediaBounds(state: Stored): Stored {
  const mediaBounds = { pageSize: null, lastN: null, loudestN: null, lastScreens: null };
  return { ...state, settings: { ...(state.settings as Stored), mediaBounds } };
}

/**
 * From then on a room has polls and notes, and knows who was there and when. Of earlier people it knows those who are
 * still there.
 */
function withAttendance(state: Stored): Stored {
  const { graceMs } = state.settings as { readonly graceMs: number };
  const { map } = state.participants as { readonly map: readonly (readonly [string, Stored])[] };
  const attendance = map.map(([participantId, { name, nameFixed, role, joinedAt, expiresAt }]) => {
    const to = expiresAt === null ? null : Number(expiresAt) - graceMs;
    const presences = [{ from: joinedAt, to, end: to === null ? null : 'away' }];
    return [participantId, { participantId, name, nameFixed, role, earlier: null, presences }];
  });
  const notes = { count: 0, base: '', updates: [] };
  return { ...state, polls: { map: [] }, notes, attendance: { map: attendance }, attendanceForgotten: 0 };
}

/** From then on a room knows who records it. */
function withRecordings(state: Stored): Stored {
  return {
    ...state,
    settings: { ...(state.settings as Stored), recordingAllowed: true },
    participants: withFields(state.participants, { recordingSince: null }),
  };
}

function withFilesSwitch(state: Stored): Stored {
  return { ...state, settings: { ...(state.settings as Stored), filesAllowed: true } };
}

function withBreakouts(state: Stored): Stored {
  return { ...state, breakouts: null };
}

/** From then on private messages are kept apart from the others, and a room knows which it forgot. */
function withChatForgotten(state: Stored): Stored {
  const chat = state.chat as readonly { readonly at: number }[];
  const at = chat.length < 1_000 ? 0 : (chat[0]?.at ?? 0);
  return { ...state, chatForgottenAt: at, privateForgottenAt: at };
}

function withFields(stored: unknown, fields: Stored): Stored {
  const { map } = stored as { readonly map: readonly (readonly [string, Stored])[] };
  return { map: map.map(([key, value]) => [key, { ...value, ...fields }]) };
}

const compress = promisify(deflateRaw);
const expand = promisify(inflateRaw);

/** The first byte is the format, the rest compressed JSON. `stateBytes`: the length of that JSON. */
export async function encodeState(state: RoomState): Promise<{ readonly data: Buffer; readonly stateBytes: number }> {
  const json = Buffer.from(writeState(state));
  return {
    data: Buffer.concat([Buffer.of(SNAPSHOT_FORMAT), await compress(json, { level: 1 })]),
    stateBytes: json.length,
  };
}

/** Whether a newer version wrote them. */
export function isOfNewerVersion(bytes: Buffer): boolean {
  return (bytes[0] ?? 0) > SNAPSHOT_FORMAT;
}

/** Returns null if the bytes are damaged, or a newer version wrote them. */
export async function decodeState(bytes: Buffer): Promise<RoomState | null> {
  const [format = 0] = bytes;
  if (format < 1 || format > SNAPSHOT_FORMAT) return null;
  try {
    return readState(format, JSON.parse((await expand(bytes.subarray(1))).toString()));
  } catch {
    return null;
  }
}

export function writeState(state: RoomState): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (value instanceof Map) return { map: [...value] };
    if (value instanceof Set) return { set: [...value] };
    return value;
  });
}

/** Reads the parsed output of `writeState`, which may be that of an older version. */
function readState(format: number, stored: Stored): RoomState {
  const current = STEPS.slice(format - 1).reduce((older, step) => step(older), stored);
  // Only `writeState` writes snapshots: after the steps a state has today's shape.
  return withCollections(current) as RoomState;
}

/**
 * Gives the parsed output of `writeState` its maps and sets. Much faster than a reviver, which is called for every
 * leaf.
 */
export function withCollections(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withCollections);
  const fields = value as Stored;
  if (Array.isArray(fields.map)) return new Map(fields.map.map(withCollections) as [unknown, unknown][]);
  if (Array.isArray(fields.set)) return new Set(fields.set);
  for (const name of Object.keys(fields)) fields[name] = withCollections(fields[name]);
  return fields;
}
