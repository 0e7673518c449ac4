import { WireRefusal } from '../requests/WireRefusal.ts';
import { withRoom } from '../requests/withRoom.ts';
import { newParticipantId, newRoomId, roomIdOf } from './ids.ts';
import { mintToken } from './mintToken.ts';
import { openState } from './openState.ts';
import { type Caller, NOTHING, type RestContext, route } from './Route.ts';
import * as shapes from './shapes.ts';
import { withinBudgets } from './withinBudgets.ts';

const DEFAULT_CAPACITY = 100;
/** Others at the same address must not guess it. */
const LEAST_ANONYMOUS_KEY = 20;

export const createRoom = route({
  method: 'POST',
  path: '/api/rooms',
  operationId: 'createRoom',
  summary: 'Creates a room and gives a token to join it as host.',
  access: 'open',
  params: NOTHING,
  body: shapes.CreateRoom,
  responses: { 201: { description: 'The room and a host token.', schema: shapes.CreatedRoom } },
  errors: [
    'INVALID',
    'FORBIDDEN',
    'ROOM_EXISTS',
    'TOO_MANY_REQUESTS',
    'TOO_MUCH_WRITTEN',
    'TOO_MANY_ROOMS',
    'BUSY',
    'JOURNAL_UNAVAILABLE',
    'JOURNAL_FULL',
  ],
  async handle({ body, caller, person, address, nodeUrl, commandId, retryKey, context }) {
    const owner = person ? `person:${person.id}` : address;
    const request = requestOf(caller, owner, retryKey, context);
    if (caller === 'anybody') {
      if (body.roomId !== undefined) throw new WireRefusal('FORBIDDEN', 'Choosing the room id needs the API key.');
      const { openCapacity } = context.limits;
      if ((body.capacity ?? DEFAULT_CAPACITY) > openCapacity) {
        throw new WireRefusal('FORBIDDEN', `A capacity above ${openCapacity} needs the API key.`);
      }
      if (!context.takeRoomCreation(owner)) {
        throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many rooms from your network. Wait a minute.');
      }
    }
    const roomId = body.roomId ?? (request ? roomIdOf(request) : newRoomId());
    const passwordHash = body.password === undefined ? null : await context.passwords.hash(body.password, address);
    const make = () =>
      withRoom(context, roomId, (room) =>
        room.handle({
          type: 'CreateRoom',
          ...envelope(request && caller === 'anybody' ? `rest:${request}` : commandId, context),
          name: body.name ?? roomId,
          capacity: body.capacity ?? DEFAULT_CAPACITY,
          graceMs: body.graceMs ?? context.graceMs,
          lobby: body.lobby,
          passwordHash,
          // What a backend makes is for those whom it invites, unless it says otherwise.
          guests: body.guests ?? caller === 'anybody',
          ...(body.hotStandby && { hotStandby: body.hotStandby }),
          ...(body.recordingAllowed !== undefined && { recordingAllowed: body.recordingAllowed }),
          ...(body.filesAllowed !== undefined && { filesAllowed: body.filesAllowed }),
          ...(body.mediaBounds && { mediaBounds: body.mediaBounds }),
        }),
      );
    await (caller === 'anybody' ? withinBudgets(context, { address, owner }, roomId, make) : make());
    context.absentRooms.remove(roomId);
    const token = await mintToken(context, {
      roomId,
      participantId: newParticipantId(),
      role: 'host',
      name: person?.name,
      account: person?.id,
      anonymous: caller === 'anybody' && person === null,
    });
    return { status: 201, body: { ...token, url: roomUrl(nodeUrl, roomId) } };
  },
});

export const listRooms = route({
  method: 'GET',
  path: '/api/rooms',
  operationId: 'listRooms',
  summary: 'Rooms by their last activity, newest first.',
  access: 'operator',
  params: NOTHING,
  query: shapes.RoomListQuery,
  responses: { 200: { description: 'The rooms.', schema: shapes.RoomList } },
  errors: ['TOKEN_INVALID', 'JOURNAL_UNAVAILABLE'],
  async handle({ query, context }) {
    return { status: 200, body: { rooms: await context.listRooms(query.limit) } };
  },
});

export const describeRoom = route({
  method: 'GET',
  path: '/api/rooms/{roomId}',
  operationId: 'describeRoom',
  summary: 'A room, its settings and how many are in it.',
  access: 'operator',
  params: shapes.RoomParams,
  responses: { 200: { description: 'The room.', schema: shapes.RoomDescription } },
  errors: ['TOKEN_INVALID', 'ROOM_NOT_FOUND', 'JOURNAL_UNAVAILABLE'],
  async handle({ params: { roomId }, nodeUrl, context }) {
    const { createdAt, lobby, participants, settings } = await openState(context, roomId, null);
    const { passwordHash, ...open } = settings;
    const connected = [...participants.values()].filter((participant) => participant.connected).length;
    // The schema picks the fields that it names.
    const body = {
      ...open,
      roomId,
      url: roomUrl(nodeUrl, roomId),
      createdAt,
      passwordProtected: passwordHash !== null,
      participants: participants.size,
      connected,
      knocking: lobby.size,
      reencodedTracks: [...context.reencoding.tracksOf(roomId)],
    };
    return { status: 200, body };
  },
});

export const listParticipants = route({
  method: 'GET',
  path: '/api/rooms/{roomId}/participants',
  operationId: 'listParticipants',
  summary: 'Who is in a room, with their tracks.',
  access: 'operator',
  params: shapes.RoomParams,
  responses: { 200: { description: 'The participants.', schema: shapes.ParticipantList } },
  errors: ['TOKEN_INVALID', 'ROOM_NOT_FOUND', 'JOURNAL_UNAVAILABLE'],
  async handle({ params: { roomId }, context }) {
    const { participants } = await openState(context, roomId, null);
    const reencoded = new Set(context.reencoding.tracksOf(roomId));
    // The schema picks the fields that it names.
    const described = [...participants.values()].map((participant) => {
      const tracks = [...participant.tracks.values()].map((track) => ({
        ...track,
        reencoded: reencoded.has(track.id),
      }));
      return { ...participant, tracks };
    });
    return { status: 200, body: { participants: described } };
  },
});

export const removeParticipant = route({
  method: 'POST',
  path: '/api/rooms/{roomId}/participants/{participantId}/remove',
  operationId: 'removeParticipant',
  summary: 'Puts a participant out of a room.',
  access: 'operator',
  params: shapes.ParticipantParams,
  responses: { 200: { description: 'The participant is no longer in the room.', schema: NOTHING } },
  errors: ['TOKEN_INVALID', 'ROOM_NOT_FOUND', 'PARTICIPANT_NOT_FOUND', 'JOURNAL_UNAVAILABLE'],
  async handle({ params: { roomId, participantId }, commandId, context }) {
    await withRoom(context, roomId, (room) =>
      room.handle({ type: 'RemoveParticipant', participantId, ...envelope(commandId, context) }),
    );
    return { status: 200, body: {} };
  },
});

export const closeRoom = route({
  method: 'DELETE',
  path: '/api/rooms/{roomId}',
  operationId: 'closeRoom',
  summary: 'Ends a meeting: everybody is put out.',
  access: 'operator',
  params: shapes.RoomParams,
  responses: { 200: { description: 'The room is closed.', schema: NOTHING } },
  errors: ['TOKEN_INVALID', 'ROOM_NOT_FOUND', 'ROOM_CLOSED', 'JOURNAL_UNAVAILABLE'],
  async handle({ params: { roomId }, commandId, context }) {
    await withRoom(context, roomId, (room) => room.handle({ type: 'CloseRoom', ...envelope(commandId, context) }));
    return { status: 200, body: {} };
  },
});

/**
 * Returns what names a request and its repetitions. The key of somebody without the API key counts for this `owner`
 * only, since the answer lets in as host.
 */
function requestOf(caller: Caller, owner: string, retryKey: string | undefined, { origins }: RestContext) {
  if (retryKey === undefined) return null;
  if (caller === 'anybody' && retryKey.length < LEAST_ANONYMOUS_KEY) {
    throw new WireRefusal(
      'INVALID',
      `An Idempotency-Key without the API key has ${LEAST_ANONYMOUS_KEY} characters or more.`,
    );
  }
  return origins.hash('', 'request', JSON.stringify([caller, caller === 'anybody' ? owner : '', retryKey]));
}

function roomUrl(nodeUrl: string, roomId: string): string {
  return `${nodeUrl}/r/${roomId}`;
}

export function envelope(commandId: string, { clock }: RestContext) {
  return { commandId, actor: { kind: 'operator' }, now: clock.now() } as const;
}
