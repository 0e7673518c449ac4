import type { Change } from '../../signaling/protocol/notifications.ts';
import type { ChatMessageView, ParticipantView, RoomView } from '../../signaling/protocol/shapes.ts';

/**
 * What happened between two copies of a room, for when the commits between them are not to be had. Applying the changes to
 * `before` gives `after`, but for the order of participants; someone who went and came back in between does not show.
 */
export function changesBetween(before: RoomView, after: RoomView): Change[] {
  return [
    ...participantChanges(before, after),
    ...lobbyChanges(before, after),
    ...settingChanges(before, after),
    ...chatChanges(before.chat, after.chat),
  ];
}

function participantChanges(before: RoomView, after: RoomView): Change[] {
  const changes: Change[] = [];
  const known = new Map(before.participants.map((participant) => [participant.id, participant]));
  const present = new Set(after.participants.map((participant) => participant.id));
  for (const participant of before.participants) {
    if (!present.has(participant.id)) {
      changes.push({ type: 'participantGone', participantId: participant.id, departure: 'left' });
    }
  }
  for (const participant of after.participants) {
    const old = known.get(participant.id);
    if (old === undefined) changes.push({ type: 'participantJoined', participant });
    else changes.push(...changesOf(old, participant));
  }
  return changes;
}

function changesOf(before: ParticipantView, after: ParticipantView): Change[] {
  const changes: Change[] = [];
  const participantId = after.id;
  if (before.name !== after.name) changes.push({ type: 'participantRenamed', participantId, name: after.name });
  if (before.role !== after.role) changes.push({ type: 'roleChanged', participantId, role: after.role });
  if (before.handRaisedAt !== after.handRaisedAt) {
    changes.push(
      after.handRaisedAt === null
        ? { type: 'handLowered', participantId }
        : { type: 'handRaised', participantId, at: after.handRaisedAt },
    );
  }
  if (before.connected !== after.connected) {
    changes.push({ type: after.connected ? 'participantResumed' : 'participantDisconnected', participantId });
  }
  const known = new Map(before.tracks.map((track) => [track.id, track]));
  const present = new Set(after.tracks.map((track) => track.id));
  for (const track of before.tracks) {
    if (!present.has(track.id)) {
      changes.push({ type: 'trackUnpublished', participantId, trackId: track.id, byHost: false });
    }
  }
  for (const track of after.tracks) {
    const old = known.get(track.id);
    if (old === undefined) {
      changes.push({ type: 'trackPublished', participantId, track });
      continue;
    }
    if (old.muted !== track.muted) {
      changes.push(
        track.muted
          ? { type: 'trackMuted', participantId, trackId: track.id, byHost: false }
          : { type: 'trackUnmuted', participantId, trackId: track.id },
      );
    }
    if (old.reencoding !== track.reencoding) {
      changes.push({ type: 'trackReencodingWished', participantId, trackId: track.id, wanted: track.reencoding });
    }
  }
  return changes;
}

function lobbyChanges(before: RoomView, after: RoomView): Change[] {
  const knocked = new Set(before.lobby.map((knock) => knock.participantId));
  const waiting = new Set(after.lobby.map((knock) => knock.participantId));
  const wereBanned = new Set(before.banned);
  const areBanned = new Set(after.banned);
  return [
    // A ban takes away the knock: bans come first.
    ...before.banned
      .filter((id) => !areBanned.has(id))
      .map((participantId): Change => ({ type: 'participantUnbanned', participantId })),
    ...after.banned
      .filter((id) => !wereBanned.has(id))
      .map((participantId): Change => ({ type: 'participantBanned', participantId })),
    ...before.lobby
      .filter((knock) => !waiting.has(knock.participantId))
      .map((knock): Change => ({ type: 'knockWithdrawn', participantId: knock.participantId })),
    ...after.lobby
      .filter((knock) => !knocked.has(knock.participantId))
      .map((knock): Change => ({ type: 'participantKnocked', knock })),
  ];
}

function settingChanges(before: RoomView, after: RoomView): Change[] {
  const changes: Change[] = [];
  if (before.name !== after.name) changes.push({ type: 'roomRenamed', name: after.name });
  if (before.locked !== after.locked) changes.push({ type: 'lockChanged', locked: after.locked });
  if (before.lobbyEnabled !== after.lobbyEnabled) changes.push({ type: 'lobbyChanged', enabled: after.lobbyEnabled });
  if (before.passwordProtected !== after.passwordProtected) {
    changes.push({ type: 'passwordChanged', protected: after.passwordProtected });
  }
  if (before.capacity !== after.capacity) changes.push({ type: 'capacityChanged', capacity: after.capacity });
  if (JSON.stringify(before.reencoding) !== JSON.stringify(after.reencoding)) {
    changes.push({ type: 'reencodingPolicyChanged', policy: after.reencoding });
  }
  if (before.recording !== after.recording) changes.push({ type: 'recordingWished', wanted: after.recording });
  return changes;
}

function chatChanges(before: readonly ChatMessageView[], after: readonly ChatMessageView[]): Change[] {
  const changes: Change[] = [];
  const known = new Map(before.map((message) => [message.id, message]));
  for (const message of after) {
    const old = known.get(message.id);
    if (old === undefined) {
      changes.push({ type: 'chatPosted', message });
    } else if (message.deleted && !old.deleted) {
      changes.push({ type: 'chatDeleted', messageId: message.id, at: message.at });
    } else if (message.editedAt !== null && message.editedAt !== old.editedAt) {
      changes.push({ type: 'chatEdited', messageId: message.id, text: message.text, at: message.editedAt });
    }
  }
  return changes;
}
