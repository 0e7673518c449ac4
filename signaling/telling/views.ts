import type { ChatMessage, LobbyEntry, Participant, RoomId, RoomState, Track } from '../../core/room/state.ts';
import type { KnockView, ParticipantView, RoomView, TrackView } from '../protocol/shapes.ts';

/** Text of a chat that somebody gets on entering, at the most; older messages are left out. */
const CHAT_CHARACTERS = 512 << 10;

/** The room as a host or as anybody else may see it. */
export function toRoomView(roomId: RoomId, state: RoomState, viewer: 'host' | 'other'): RoomView {
  const { settings } = state;
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
    participants: [...state.participants.values()].map(toParticipantView),
    lobby: viewer === 'host' ? [...state.lobby.values()].map(toKnockView) : [],
    banned: viewer === 'host' ? [...state.banned] : [],
    chat: newestWithin(state.chat, CHAT_CHARACTERS),
  };
}

export function toParticipantView(participant: Participant): ParticipantView {
  const { id, name, role, connected, joinedAt, handRaisedAt, tracks } = participant;
  return { id, name, role, connected, joinedAt, handRaisedAt, tracks: [...tracks.values()].map(toTrackView) };
}

export function toTrackView({ id, source, kind, muted, reencoding }: Track): TrackView {
  return { id, source, kind, muted, reencoding };
}

export function toKnockView({
  participantId,
  name,
  knockedAt,
}: Pick<LobbyEntry, 'participantId' | 'name' | 'knockedAt'>): KnockView {
  return { participantId, name, knockedAt };
}

function newestWithin(chat: readonly ChatMessage[], characters: number): ChatMessage[] {
  let left = characters;
  let from = chat.length;
  for (let index = chat.length - 1; index >= 0; index -= 1) {
    left -= chat[index]?.text.length ?? 0;
    if (left < 0) break;
    from = index;
  }
  return chat.slice(from);
}
