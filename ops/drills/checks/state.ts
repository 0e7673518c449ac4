import type { RoomState } from '../../../core/room/state.ts';
import type { RoomPicture } from '../../kit/clients/roomPicture.ts';

/**
 * The room as a member's client must have it, built from the replayed journal alone, field by field and independently
 * of the code of servers and clients.
 */
export function viewOfState(state: RoomState): RoomPicture {
  const { name, capacity, graceMs, locked, lobby, passwordHash, reencoding, grants, guests, ...rest } = state.settings;
  const { hotStandby, joinMuted, privateChat, recordingAllowed, filesAllowed, mediaBounds, breakoutOf } = rest;
  return {
    status: state.status,
    createdAt: state.createdAt,
    settings: {
      name,
      capacity,
      graceMs,
      locked,
      lobby,
      passwordHash: passwordHash === null ? null : 'set',
      reencoding,
      grants,
      guests,
      hotStandby,
      joinMuted,
      privateChat,
      recordingAllowed,
      filesAllowed,
      mediaBounds,
      ...(breakoutOf && { breakoutOf }),
    },
    participants: [...state.participants.values()].map(
      ({ id, name, nameFixed, role, grants, session, connected, expiresAt, joinedAt, tracks, ...asked }) => ({
        id,
        name,
        nameFixed,
        role,
        grants,
        session,
        sessionCommandId: '',
        nodeId: '',
        connected,
        expiresAt,
        joinedAt,
        handRaisedAt: asked.handRaisedAt,
        unmuteAskedAt: asked.unmuteAskedAt,
        recordingSince: asked.recordingSince,
        tracks: [...tracks.values()],
        device: null,
        address: null,
      }),
    ),
    lobby: [],
    admitted: [],
    banned: [],
    bans: [],
    roles: [],
    voided: [],
    tokensVoidUntil: 0,
    notes: { count: state.notes.count, base: '', updates: [] },
    polls: [...state.polls.values()].map((poll) => ({ ...poll, votes: [...poll.votes.values()], ballots: [] })),
    breakouts: state.breakouts && { ...state.breakouts, places: [...state.breakouts.places.values()] },
    attendance: [],
    attendanceForgotten: 0,
    spotlight: state.spotlight,
    alsoSpotlit: state.alsoSpotlit,
    layout: state.layout,
    chat: state.chat,
    chatForgottenAt: 0,
    privateForgottenAt: 0,
    lastSession: state.lastSession,
    commandIds: [],
  };
}

/** The differences of two views of one room, each with its path and both values. Empty if they are equal [J1]. */
export function differences(expected: RoomPicture, found: RoomPicture): string[] {
  const chatFrom = expected.chat.findIndex(({ id }) => id === found.chat[0]?.id);
  // A copy may have dropped the oldest messages.
  const chat = chatFrom > 0 ? expected.chat.slice(chatFrom) : expected.chat;
  const wrong: string[] = [];
  compare(normal({ ...expected, chat }), normal(found), '', wrong);
  return wrong;
}

/** Sorts the lists whose order means nothing. The chat keeps its order. */
function normal(view: RoomPicture): unknown {
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

/** True for arrays too: their indices are their keys. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
}
