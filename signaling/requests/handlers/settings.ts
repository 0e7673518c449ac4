import { mayModerate } from '../../../core/room/queries.ts';
import { Refusal } from '../../../core/room/refusal.ts';
import { WireRefusal } from '../WireRefusal.ts';
import { withRoom } from '../withRoom.ts';
import { record } from './handler.ts';

export const renameRoom = record<'renameRoom'>(({ name }) => ({ type: 'RenameRoom', name }));
export const setLocked = record<'setLocked'>(({ locked }) => ({ type: 'SetLocked', locked }));
export const setLobby = record<'setLobby'>(({ lobby }) => ({ type: 'SetLobby', lobby }));
/** Where anybody may create rooms, anybody is a host: only the API key makes rooms of great cost. */
export const setCapacity = record<'setCapacity'>(({ capacity }, { roomId }, context) => {
  const { limits, openRoomCreation, rooms } = context;
  const most = Math.max(limits.openCapacity, rooms.get(roomId)?.state.settings.capacity ?? 0);
  if (openRoomCreation !== false && capacity > most) {
    throw new WireRefusal('FORBIDDEN', `More than ${most} participants need a room that was made with the API key.`);
  }
  return { type: 'SetCapacity', capacity };
});
export const setReencodingPolicy = record<'setReencodingPolicy'>(({ policy }) => ({
  type: 'SetReencodingPolicy',
  policy,
}));
export const setHotStandby = record<'setHotStandby'>(({ hotStandby }) => ({ type: 'SetHotStandby', hotStandby }));
export const setPrivateChat = record<'setPrivateChat'>(({ privateChat }) => ({ type: 'SetPrivateChat', privateChat }));
export const setRecordingAllowed = record<'setRecordingAllowed'>(({ recordingAllowed }) => ({
  type: 'SetRecordingAllowed',
  recordingAllowed,
}));
export const setJoinMuted = record<'setJoinMuted'>(({ joinMuted }) => ({ type: 'SetJoinMuted', joinMuted }));
export const setFilesAllowed = record<'setFilesAllowed'>(({ filesAllowed }) => ({
  type: 'SetFilesAllowed',
  filesAllowed,
}));
/** A host allows no more than the deployment does. */
export const setGuests = record<'setGuests'>(({ guests }, _, { guestAccess }) => {
  if (guests && !guestAccess) throw new WireRefusal('FORBIDDEN', 'This deployment lets no guests in.');
  return { type: 'SetGuests', guests };
});
export const setMediaBounds = record<'setMediaBounds'>(({ bounds }) => ({ type: 'SetMediaBounds', bounds }));
export const closeRoom = record<'closeRoom'>(() => ({ type: 'CloseRoom' }));

/** Hashes the password here: the room never sees it [S2]. */
export const setPassword = record<'setPassword'>(async ({ password }, { roomId, participantId }, context) => {
  if (!password) return { type: 'SetPassword', passwordHash: null };
  // The room checks again; but only hosts may cause the work of hashing.
  const role = await withRoom(context, roomId, ({ state }) => state.participants.get(participantId)?.role);
  if (role && !mayModerate(role)) throw new Refusal('FORBIDDEN', 'Only hosts may set the password.');
  if (!context.passwordChanges.take(roomId)) {
    throw new WireRefusal('TOO_MANY_REQUESTS', 'The password was changed too often. Wait ten seconds.');
  }
  return { type: 'SetPassword', passwordHash: await context.passwords.hash(password, roomId) };
});
