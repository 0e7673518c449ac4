import { z } from 'zod';
import type { RoomId } from '../../core/room/state.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { Grants, Id, Role, RoomLayout } from '../protocol/shapes.ts';
import { possibleBreakouts } from '../requests/handlers/breakouts.ts';
import type { CommandBody } from '../requests/handlers/handler.ts';
import { withRoom } from '../requests/withRoom.ts';
import { openState, recordedState } from './openState.ts';
import { NOTHING, type RestContext, type Route, route } from './Route.ts';
import { envelope } from './rooms.ts';
import * as shapes from './shapes.ts';

const TrackParams = shapes.ParticipantParams.extend({ trackId: Id });
const MessageParams = shapes.RoomParams.extend({ messageId: Id });

interface OrderShape<P extends z.ZodObject, B extends z.ZodObject> {
  readonly method?: Route['method'];
  /** Behind the address of the room. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly params: P;
  readonly body?: B;
  readonly errors?: readonly ErrorCode[];
  toCommand(params: z.infer<P>, body: z.infer<B>, context: RestContext): CommandBody;
}

/** What a host can do too, as an order of the operator: one command, answered once it is in the journal. */
export function order<P extends z.ZodObject, B extends z.ZodObject>({
  method = 'POST',
  path,
  errors = [],
  toCommand,
  ...described
}: OrderShape<P, B>): Route {
  return route({
    ...described,
    method,
    path: `/api/rooms/{roomId}${path}`,
    access: 'operator',
    responses: { 200: { description: 'It is done.', schema: NOTHING } },
    errors: ['INVALID', 'TOKEN_INVALID', 'ROOM_NOT_FOUND', 'ROOM_CLOSED', 'JOURNAL_UNAVAILABLE', ...errors],
    async handle({ params, body, commandId, context }) {
      const { roomId } = shapes.RoomParams.parse(params);
      await give(context, commandId, roomId, [toCommand(params, body, context)]);
      return { status: 200, body: {} };
    },
  });
}

async function give(
  context: RestContext,
  commandId: string,
  roomId: string,
  commands: readonly CommandBody[],
): Promise<void> {
  await openState(context, roomId, null);
  for (const [index, command] of commands.entries()) {
    const id = index === 0 ? commandId : `${commandId}:${index}`;
    await withRoom(context, roomId, (room) => room.handle({ ...command, ...envelope(id, context) }));
  }
}

export const changeRoom = route({
  method: 'PATCH',
  path: '/api/rooms/{roomId}',
  operationId: 'changeRoom',
  summary: 'Changes settings of a room, one after the other; those left out stay.',
  access: 'operator',
  params: shapes.RoomParams,
  body: shapes.RoomChange,
  responses: { 200: { description: 'The room has these settings.', schema: NOTHING } },
  errors: ['INVALID', 'TOKEN_INVALID', 'ROOM_NOT_FOUND', 'ROOM_CLOSED', 'JOURNAL_UNAVAILABLE'],
  async handle({ params: { roomId }, body, commandId, context }) {
    const { name, locked, lobby, password, capacity, reencoding: policy, grants, guests, ...rest } = body;
    const { hotStandby, joinMuted, privateChat, recordingAllowed, filesAllowed, mediaBounds } = rest;
    const passwordHash = password ? await context.passwords.hash(password, roomId) : null;
    const commands: (CommandBody | false)[] = [
      name !== undefined && { type: 'RenameRoom', name },
      locked !== undefined && { type: 'SetLocked', locked },
      lobby !== undefined && { type: 'SetLobby', lobby },
      password !== undefined && { type: 'SetPassword', passwordHash },
      capacity !== undefined && { type: 'SetCapacity', capacity },
      policy !== undefined && { type: 'SetReencodingPolicy', policy },
      grants !== undefined && { type: 'SetRoomGrants', grants },
      guests !== undefined && { type: 'SetGuests', guests },
      hotStandby !== undefined && { type: 'SetHotStandby', hotStandby },
      privateChat !== undefined && { type: 'SetPrivateChat', privateChat },
      recordingAllowed !== undefined && { type: 'SetRecordingAllowed', recordingAllowed },
      filesAllowed !== undefined && { type: 'SetFilesAllowed', filesAllowed },
      joinMuted !== undefined && { type: 'SetJoinMuted', joinMuted },
      mediaBounds !== undefined && { type: 'SetMediaBounds', bounds: mediaBounds },
    ];
    await give(
      context,
      commandId,
      roomId,
      commands.filter((command) => command !== false),
    );
    return { status: 200, body: {} };
  },
});

export const listBans = route({
  method: 'GET',
  path: '/api/rooms/{roomId}/bans',
  operationId: 'listBans',
  summary: 'Who is kept out of a room.',
  access: 'operator',
  params: shapes.RoomParams,
  responses: { 200: { description: 'The bans.', schema: shapes.BanList } },
  errors: ['TOKEN_INVALID', 'ROOM_NOT_FOUND', 'JOURNAL_UNAVAILABLE'],
  async handle({ params: { roomId }, context }) {
    const { bans } = await openState(context, roomId, null);
    const described = [...bans.values()].map(({ participantId, name, account, device, address, addressUntil }) => {
      const known = { account: account !== undefined, device: device !== null, address: address !== null };
      return { participantId, name, ...known, addressUntil };
    });
    return { status: 200, body: { bans: described } };
  },
});

export const listLobby = route({
  method: 'GET',
  path: '/api/rooms/{roomId}/lobby',
  operationId: 'listLobby',
  summary: 'Who waits to be let in, in the order of their knocks.',
  access: 'operator',
  params: shapes.RoomParams,
  responses: { 200: { description: 'The people.', schema: shapes.LobbyList } },
  errors: ['TOKEN_INVALID', 'ROOM_NOT_FOUND', 'JOURNAL_UNAVAILABLE'],
  async handle({ params: { roomId }, context }) {
    const { lobby } = await openState(context, roomId, null);
    return { status: 200, body: { waiting: [...lobby.values()] } };
  },
});

export const eraseParticipant = route({
  method: 'DELETE',
  path: '/api/rooms/{roomId}/participants/{participantId}/data',
  operationId: 'eraseParticipant',
  summary:
    'Forgets somebody: puts them out, and takes their messages and names out of the room and its breakout rooms at ' +
    'once, closed ones too, and out of Redis within two minutes. A ban stays, without a name.',
  access: 'operator',
  params: shapes.ParticipantParams,
  responses: { 200: { description: 'It is done.', schema: NOTHING } },
  errors: ['INVALID', 'TOKEN_INVALID', 'ROOM_NOT_FOUND', 'JOURNAL_UNAVAILABLE'],
  async handle({ params: { roomId, participantId }, commandId, context }) {
    const { breakouts } = await recordedState(context, roomId);
    const erase = (from: RoomId, id: string) =>
      withRoom(context, from, (room) =>
        room.state.status === 'absent'
          ? null
          : room.handle({ type: 'EraseParticipant', participantId, ...envelope(id, context) }),
      );
    await erase(roomId, commandId);
    // Those that are open may have been made with a secret of before.
    const open = breakouts?.rooms.map(({ id }) => id) ?? [];
    for (const breakout of new Set([...open, ...possibleBreakouts(roomId, context)])) {
      if (await context.rooms.exists(breakout)) await erase(breakout, commandId);
    }
    return { status: 200, body: {} };
  },
});

export const orders: readonly Route[] = [
  order({
    path: '/participants/{participantId}/ban',
    operationId: 'banParticipant',
    summary: 'Puts somebody out for good: with the account, the browser and, for an hour, the network address.',
    params: shapes.ParticipantParams,
    errors: ['TOO_MANY_BANS'],
    toCommand: ({ participantId }) => ({ type: 'Ban', participantId }),
  }),
  order({
    path: '/participants/{participantId}/unban',
    operationId: 'unbanParticipant',
    summary: 'Lifts a ban.',
    params: shapes.ParticipantParams,
    toCommand: ({ participantId }) => ({ type: 'Unban', participantId }),
  }),
  order({
    path: '/participants/{participantId}/role',
    operationId: 'setRole',
    summary: 'Gives somebody a role, or the one with which they will come: it counts for more than their token.',
    params: shapes.ParticipantParams,
    body: z.strictObject({ role: Role }),
    toCommand: ({ participantId }, { role }) => ({ type: 'SetRole', participantId, role }),
  }),
  order({
    path: '/participants/{participantId}/grants',
    operationId: 'setGrants',
    summary: 'Says what somebody may do; null makes them follow the room.',
    params: shapes.ParticipantParams,
    body: z.strictObject({ grants: Grants.nullable() }),
    errors: ['PARTICIPANT_NOT_FOUND'],
    toCommand: ({ participantId }, { grants }) => ({ type: 'SetGrants', participantId, grants }),
  }),
  order({
    path: '/participants/{participantId}/lower-hand',
    operationId: 'lowerHand',
    summary: 'Lowers a raised hand.',
    params: shapes.ParticipantParams,
    errors: ['PARTICIPANT_NOT_FOUND'],
    toCommand: ({ participantId }) => ({ type: 'LowerHand', participantId }),
  }),
  order({
    path: '/participants/{participantId}/tracks/{trackId}/mute',
    operationId: 'muteTrack',
    summary: 'Mutes a track. Only its owner can unmute it.',
    params: TrackParams,
    errors: ['PARTICIPANT_NOT_FOUND', 'TRACK_NOT_FOUND'],
    toCommand: ({ participantId, trackId }) => ({ type: 'SetTrackMuted', participantId, trackId, muted: true }),
  }),
  order({
    path: '/participants/{participantId}/tracks/{trackId}/stop',
    operationId: 'stopTrack',
    summary: 'Stops a track.',
    params: TrackParams,
    errors: ['PARTICIPANT_NOT_FOUND'],
    toCommand: ({ participantId, trackId }) => ({ type: 'UnpublishTrack', participantId, trackId }),
  }),
  order({
    path: '/participants/{participantId}/tracks/{trackId}/reencoding',
    operationId: 'setTrackReencoding',
    summary: 'Says whether a video is reencoded; null follows the room.',
    params: TrackParams,
    body: z.strictObject({ wanted: z.boolean().nullable() }),
    errors: ['PARTICIPANT_NOT_FOUND', 'TRACK_NOT_FOUND'],
    toCommand: ({ participantId, trackId }, { wanted }) => {
      return { type: 'SetTrackReencoding', participantId, trackId, wanted };
    },
  }),
  order({
    path: '/lobby/{participantId}/admit',
    operationId: 'admit',
    summary: 'Lets somebody in who waits.',
    params: shapes.ParticipantParams,
    errors: ['PARTICIPANT_NOT_FOUND'],
    toCommand: ({ participantId }) => ({ type: 'Admit', participantId }),
  }),
  order({
    path: '/lobby/{participantId}/deny',
    operationId: 'deny',
    summary: 'Ends a knock without letting the person in.',
    params: shapes.ParticipantParams,
    toCommand: ({ participantId }) => ({ type: 'Deny', participantId }),
  }),
  order({
    path: '/lobby/deny-all',
    operationId: 'denyAll',
    summary: 'Ends all knocks without letting anybody in.',
    params: shapes.RoomParams,
    toCommand: () => ({ type: 'DenyAll' }),
  }),
  order({
    path: '/spotlight',
    operationId: 'setSpotlight',
    summary: 'Shows somebody large to everybody; null ends it.',
    params: shapes.RoomParams,
    body: z.strictObject({ participantId: Id.nullable(), others: z.array(Id).max(16).default([]) }),
    errors: ['PARTICIPANT_NOT_FOUND'],
    toCommand: (_, { participantId, others }) => ({ type: 'SetSpotlight', participantId, others }),
  }),
  order({
    path: '/layout',
    operationId: 'setLayout',
    summary: 'Says how everybody sees the meeting; null leaves it to each of them.',
    params: shapes.RoomParams,
    body: z.strictObject({ layout: RoomLayout.nullable() }),
    toCommand: (_, { layout }) => ({ type: 'SetLayout', layout }),
  }),
  order({
    path: '/mute-all',
    operationId: 'muteAll',
    summary: 'Turns off every microphone. Only its owner can unmute it.',
    params: shapes.RoomParams,
    toCommand: () => ({ type: 'MuteAll' }),
  }),
  order({
    path: '/participants/{participantId}/ask-to-unmute',
    operationId: 'askToUnmute',
    summary: 'Asks somebody to turn the microphone on, which only they can.',
    params: shapes.ParticipantParams,
    errors: ['PARTICIPANT_NOT_FOUND'],
    toCommand: ({ participantId }) => ({ type: 'AskToUnmute', participantId }),
  }),
  order({
    method: 'DELETE',
    path: '/chat/{messageId}',
    operationId: 'deleteMessage',
    summary: 'Deletes a message.',
    params: MessageParams,
    errors: ['MESSAGE_NOT_FOUND'],
    toCommand: ({ messageId }) => ({ type: 'DeleteChat', messageId }),
  }),
  order({
    path: '/tokens/revoke',
    operationId: 'revokeTokens',
    summary: 'Makes the join tokens given so far void: those of one participant, or all. People inside stay.',
    params: shapes.RoomParams,
    body: z.strictObject({ participantId: Id.nullable().default(null) }),
    toCommand: (_, { participantId }) => ({ type: 'RevokeTokens', participantId }),
  }),
];
