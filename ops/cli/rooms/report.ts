import type { Participant, RoomId, RoomState } from '../../../core/room/state.ts';

/** A room as an operator sees it: no hash, no message. Names of people are in it. */
export interface RoomReport {
  readonly roomId: RoomId;
  readonly version: number;
  readonly status: RoomState['status'];
  readonly name: string;
  readonly createdAt: number;
  readonly capacity: number;
  readonly graceMs: number;
  readonly locked: boolean;
  readonly lobby: boolean;
  readonly passwordProtected: boolean;
  readonly guests: boolean;
  readonly reencoding: RoomState['settings']['reencoding'];
  readonly hotStandby: RoomState['settings']['hotStandby'];
  readonly mediaBounds: RoomState['settings']['mediaBounds'];
  readonly spotlight: string | null;
  readonly people: number;
  readonly connected: number;
  readonly tracks: number;
  readonly messages: number;
  readonly banned: number;
  readonly nodes: readonly string[];
  readonly waiting: readonly { readonly participantId: string; readonly name: string; readonly knockedAt: number }[];
  readonly participants: readonly ParticipantReport[];
}

export interface ParticipantReport
  extends Pick<
    Participant,
    'id' | 'name' | 'role' | 'session' | 'connected' | 'expiresAt' | 'joinedAt' | 'handRaisedAt' | 'nodeId'
  > {
  readonly tracks: readonly {
    readonly id: string;
    readonly source: string;
    readonly kind: string;
    readonly muted: boolean;
    readonly reencoding: boolean | null;
  }[];
}

export function toReport(roomId: RoomId, state: RoomState, version: number): RoomReport {
  const { settings, spotlight, status, createdAt } = state;
  const { name, capacity, graceMs, locked, lobby, guests, reencoding, hotStandby, mediaBounds } = settings;
  const participants = [...state.participants.values()].map(toParticipant);
  const connected = participants.filter((participant) => participant.connected);
  return {
    roomId,
    version,
    status,
    name,
    createdAt,
    capacity,
    graceMs,
    locked,
    lobby,
    passwordProtected: settings.passwordHash !== null,
    guests,
    reencoding,
    hotStandby,
    mediaBounds,
    spotlight,
    people: participants.length,
    connected: connected.length,
    tracks: participants.reduce((sum, { tracks }) => sum + tracks.length, 0),
    messages: state.chat.filter(({ deleted }) => !deleted).length,
    banned: state.banned.size,
    nodes: [...new Set(connected.map(({ nodeId }) => nodeId))],
    waiting: [...state.lobby.values()].map((entry) => ({
      participantId: entry.participantId,
      name: entry.name,
      knockedAt: entry.knockedAt,
    })),
    participants,
  };
}

function toParticipant(participant: Participant): ParticipantReport {
  const { id, name, role, session, connected, expiresAt, joinedAt, handRaisedAt, nodeId } = participant;
  const tracks = [...participant.tracks.values()].map((track) => {
    const { source, kind, muted, reencoding } = track;
    return { id: track.id, source, kind, muted, reencoding };
  });
  return { id, name, role, session, connected, expiresAt, joinedAt, handRaisedAt, nodeId, tracks };
}
