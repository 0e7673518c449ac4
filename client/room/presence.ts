import type { Notification } from '../connection/Link.ts';
import { RemoteParticipant } from './participants.ts';
import type { EmitRoomEvent } from './RoomEvents.ts';
import type { Roster } from './Roster.ts';

/**
 * Reports what merely happens in a room: speaking, quality, reactions, typing. Skips participants that are not known
 * (yet).
 */
export function tellPresence(notification: Notification, roster: Roster, emit: EmitRoomEvent): void {
  const { name, body } = notification;
  switch (name) {
    case 'activeSpeakers': {
      const volumes = new Map(body.speakers.map(({ participantId, volumeDbov }) => [participantId, volumeDbov]));
      for (const participant of roster.all()) participant.volumeDbov = volumes.get(participant.id) ?? null;
      const speakers = body.speakers.map(({ participantId }) => roster.find(participantId));
      emit(
        'activeSpeakersChanged',
        speakers.filter((participant) => participant !== undefined),
      );
      return;
    }
    case 'connectionQuality': {
      const participant = roster.find(body.participantId);
      if (participant === undefined) return;
      participant.connectionQuality = body.quality;
      emit('connectionQualityChanged', body.quality, participant);
      return;
    }
    case 'reacted': {
      const participant = roster.find(body.participantId);
      if (participant !== undefined) emit('reacted', body.emoji, participant);
      return;
    }
    case 'typing': {
      const participant = roster.find(body.participantId);
      if (participant instanceof RemoteParticipant) emit('typingChanged', body.typing, participant);
      return;
    }
    default:
      return;
  }
}
