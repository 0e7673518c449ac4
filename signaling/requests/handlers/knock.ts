import { WireRefusal } from '../WireRefusal.ts';
import { withRoom } from '../withRoom.ts';
import type { Handler } from './handler.ts';
import { toEntrant } from './toEntrant.ts';

/** Asks to enter; the answer comes as `lobbyDecided`. */
export const knock: Handler<'knock'> = async ({ request, connection, context }) => {
  const { claims } = connection;
  if (claims.kind !== 'join') throw new WireRefusal('TOKEN_INVALID', 'Knocking needs a join token.');
  if (connection.seat) throw new WireRefusal('INVALID', 'This connection is in the room already.');

  const { nodeId } = context;
  const { participantId, roomId } = claims;
  if (!context.knocks.take(`${roomId} ${connection.address}`)) {
    throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many knocks from your network. Wait a minute.');
  }
  // Listens before it knocks: the decision may follow at once.
  context.connectedPeople.addKnocking(connection)?.end('replaced');
  connection.knockUnderWay = true;
  try {
    const handled = await withRoom(context, roomId, (room) =>
      room.handle({
        type: 'Knock',
        commandId: request.commandId,
        actor: { kind: 'node', nodeId },
        now: context.clock.now(),
        participantId,
        name: claims.name ?? request.name,
        nodeId,
        passwordVerifiedFor: connection.passwordVerifiedFor,
        entrant: toEntrant(context, connection, request.device),
      }),
    );
    context.budgets.charge(connection, handled);
  } catch (error) {
    context.connectedPeople.removeKnocking(connection);
    throw error;
  } finally {
    connection.knockUnderWay = false;
  }
  // Its socket may have closed while the knock was being recorded.
  if (!connection.isOpen) context.presenceAuditor.knockLeft(roomId, participantId);
  return {};
};
