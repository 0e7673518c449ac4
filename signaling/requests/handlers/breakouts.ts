import { grantsInside } from '../../../core/room/breakoutDuties.ts';
import { type BreakoutOf, type BreakoutRoom, MAX_BREAKOUTS } from '../../../core/room/breakouts.ts';
import { Refusal } from '../../../core/room/refusal.ts';
import type { Grants, Participant, RoomId, RoomState } from '../../../core/room/state.ts';
import type { Origins } from '../../auth/Origins.ts';
import type { ClientConnection } from '../../connections/ClientConnection.ts';
import type { RequestBody } from '../../protocol/requests.ts';
import type { SignalingContext } from '../context.ts';
import { withRoom } from '../withRoom.ts';
import { type CommandBody, type Handler, record, recordCommand } from './handler.ts';

/** The client goes there at once, and may ask for another one. */
const TOKEN_SECONDS = 120;

export const openBreakouts = record<'openBreakouts'>((request, { roomId }, context) =>
  toOpenBreakouts(request, roomId, context),
);

/** The command that opens them for a host, or for the operator. */
export function toOpenBreakouts(
  { names, free, durationMs, assigned }: Omit<RequestBody<'openBreakouts'>, 'commandId'>,
  roomId: RoomId,
  { newId, origins }: Pick<SignalingContext, 'newId' | 'origins'>,
): CommandBody {
  const rooms = names.map((name, index) => ({ id: breakoutId(roomId, index, origins), name }));
  return {
    type: 'OpenBreakouts',
    ...{ breakoutsId: newId(), rooms, free, durationMs },
    assigned: assigned.flatMap(({ participantId, room }) => {
      const { id } = rooms[room] ?? {};
      return id === undefined ? [] : [{ participantId, roomId: id }];
    }),
  };
}

/** All breakout rooms that a room may have had. */
export function possibleBreakouts(roomId: RoomId, { origins }: Pick<SignalingContext, 'origins'>): RoomId[] {
  return Array.from({ length: MAX_BREAKOUTS }, (_, index) => breakoutId(roomId, index, origins));
}

/** A room has the same breakout rooms every time: however often they are opened, they are at most fifty. */
function breakoutId(roomId: RoomId, index: number, origins: Origins): RoomId {
  return `breakout-${origins.hash(roomId, 'breakout', String(index))}`;
}

export const setBreakoutsEnd = record<'setBreakoutsEnd'>(({ endsAt }) => ({ type: 'SetBreakoutsEnd', endsAt }));
export const endBreakouts = record<'endBreakouts'>(() => ({ type: 'EndBreakouts' }));
export const assignBreakout = record<'assignBreakout'>(({ participantId, roomId }) => ({
  type: 'AssignBreakout',
  participantId,
  roomId,
}));
export const leaveBreakout = record<'leaveBreakout'>(() => ({ type: 'LeaveBreakout' }));

export const enterBreakout: Handler<'enterBreakout'> = async (call) => {
  const { connection, context, request } = call;
  const seat = connection.requireSeat();
  const { roomId: mainId, participantId } = seat;
  const { state: main } = await recordCommand(call, seat, { type: 'EnterBreakout', roomId: request.roomId });
  const room = main.breakouts?.rooms.find(({ id }) => id === request.roomId);
  const participant = main.participants.get(participantId);
  if (!main.breakouts || !room || !participant) {
    throw new Refusal('INVALID', 'The breakout rooms have just ended.');
  }
  await makeRoom(context, connection, room, { roomId: mainId, breakoutsId: main.breakouts.id }, main);
  const token = await context.tokens.signJoin(claimsOf(participant, room.id, main), TOKEN_SECONDS);
  return { roomId: room.id, token };
};

/** Does nothing if the room is there already: people who enter first make it. */
async function makeRoom(
  context: SignalingContext,
  connection: ClientConnection,
  { id, name }: BreakoutRoom,
  breakoutOf: BreakoutOf,
  { settings }: RoomState,
): Promise<void> {
  const { capacity, graceMs, hotStandby, mediaBounds, recordingAllowed, filesAllowed, joinMuted, privateChat } =
    settings;
  const envelope = () => ({
    ...{ commandId: context.newId(), actor: { kind: 'node', nodeId: context.nodeId } as const },
    now: context.clock.now(),
  });
  await withRoom(context, id, async (room) => {
    const isThere = () => {
      const { status, settings } = room.state;
      return status === 'open' && settings.breakoutOf?.breakoutsId === breakoutOf.breakoutsId;
    };
    if (isThere()) return;
    // The one of last time may still be open.
    await room.handle({ type: 'CloseBreakout', unless: breakoutOf.breakoutsId, ...envelope() });
    if (isThere()) return;
    try {
      const made = await room.handle({
        ...{ type: 'CreateRoom', name, capacity, graceMs, lobby: false, passwordHash: null, guests: false },
        ...{ hotStandby, mediaBounds, recordingAllowed, filesAllowed, joinMuted, privateChat },
        ...{ breakoutOf, ...envelope() },
      });
      context.budgets.charge(connection, made);
    } catch (error) {
      // Somebody else was first.
      if (!(error instanceof Refusal) || error.code !== 'ROOM_EXISTS' || !isThere()) throw error;
    }
  });
}

/** The person as the main room knows them. A name that they chose they may change there, too. */
function claimsOf(participant: Participant, roomId: RoomId, main: RoomState) {
  const { id, name, nameFixed, role } = participant;
  return {
    roomId,
    participantId: id,
    role,
    name: nameFixed ? name : undefined,
    grants: toWire(grantsInside(participant, main)),
  };
}

function toWire(grants: Grants | null) {
  return grants && { ...grants, sources: [...grants.sources] };
}
