import type { RoomState } from '../../../core/room/state.ts';
import type { ParticipantView, RoomView } from '../../../signaling/protocol/shapes.ts';

/**
 * The room as a member may see it, made from the replayed journal alone, independently of how the server makes it. Lists
 * that have no order are sorted; the chat keeps its own.
 */
export function viewOfState(roomId: string, state: RoomState): RoomView {
  const { settings } = state;
  const participants = [...state.participants.values()].map(
    ({ id, name, role, connected, joinedAt, handRaisedAt, tracks }): ParticipantView => ({
      id,
      name,
      role,
      connected,
      joinedAt,
      handRaisedAt,
      tracks: [...tracks.values()],
    }),
  );
  return {
    roomId,
    name: settings.name,
    createdAt: state.createdAt,
    capacity: settings.capacity,
    graceMs: settings.graceMs,
    locked: settings.locked,
    lobbyEnabled: settings.lobby,
    passwordProtected: settings.passwordHash !== null,
    reencoding: settings.reencoding,
    recording: settings.recording,
    participants,
    lobby: [],
    banned: [],
    chat: [...state.chat],
  };
}

/** Where two views of one room differ, each place named with both values; nothing when they are the same [J1]. */
export function differences(expected: RoomView, found: RoomView): string[] {
  const chatFrom = expected.chat.findIndex(({ id }) => id === found.chat[0]?.id);
  // A copy may have forgotten the oldest messages.
  const chat = chatFrom > 0 ? expected.chat.slice(chatFrom) : expected.chat;
  const wrong: string[] = [];
  compare(normal({ ...expected, chat }), normal(found), '', wrong);
  return wrong;
}

/** What order means nothing in, in one order; what only hosts see, left out. */
function normal({ lobby: _, banned: __, ...view }: RoomView): unknown {
  const byId = <T extends { id: string }>(items: readonly T[]): T[] =>
    [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
  const participants = byId(view.participants).map((participant) => ({
    ...participant,
    tracks: byId(participant.tracks),
  }));
  return { ...view, participants };
}

function compare(expected: unknown, found: unknown, path: string, wrong: string[]): void {
  if (isObject(expected) && isObject(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      compare(expected[key], found[key], path === '' ? key : `${path}.${key}`, wrong);
    }
  } else if (!Object.is(expected, found)) {
    wrong.push(`${path} is ${show(found)} instead of ${show(expected)}`);
  }
}

/** Arrays too: their indices are their keys. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
}
