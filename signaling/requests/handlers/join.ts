import type { Entrant } from '../../../core/room/Entrant.ts';
import { Refusal } from '../../../core/room/refusal.ts';
import type { RoomState } from '../../../core/room/state.ts';
import type { ClientConnection } from '../../connections/ClientConnection.ts';
import { netOf } from '../../http/clientAddress.ts';
import type { SignalingContext } from '../context.ts';
import { WireRefusal } from '../WireRefusal.ts';
import { withRoom } from '../withRoom.ts';
import { enter } from './enter.ts';
import type { Handler } from './handler.ts';
import { toEntrant } from './toEntrant.ts';

/** The verification when there is no hash. */
const WRONG = '';

export const join: Handler<'join'> = async ({ request, connection, context, afterAnswer }) => {
  const { claims } = connection;
  if (claims.kind !== 'join') throw new WireRefusal('TOKEN_INVALID', 'Joining needs a join token.');
  if (connection.seat) throw new WireRefusal('INVALID', 'This connection is in the room already.');
  afterAnswer(connection.startEntering(request.commandId));

  const { participantId, roomId, role } = claims;
  const entrant = toEntrant(context, connection, request.device);
  for (;;) {
    const state = await withRoom(context, roomId, (room) => room.state);
    const passwordVerifiedFor = await verifyPassword(context, connection, entrant, state, request.password);
    connection.passwordVerifiedFor = passwordVerifiedFor;
    try {
      return await enter(
        context,
        connection,
        {
          type: 'JoinRoom',
          commandId: request.commandId,
          actor: { kind: 'node', nodeId: context.nodeId },
          now: context.clock.now(),
          participantId,
          name: claims.name ?? request.name,
          role,
          nodeId: context.nodeId,
          passwordVerifiedFor,
          sessionSeen: request.session ?? 0,
          entrant,
        },
        request,
      );
    } catch (error) {
      if (!(error instanceof Refusal) || !error.code.startsWith('PASSWORD_')) throw error;
      // The password changed, or this copy of the room lagged behind: verify against the current hash.
      const { settings } = await withRoom(context, roomId, (room) => room.state);
      if (settings.passwordHash === state.settings.passwordHash) throw error;
    }
  }
};

/** Returns the hash that the given password fits; null if none was given or needed. */
async function verifyPassword(
  { guesses, passwords, wrongPasswords, wrongPasswordsOfNet }: SignalingContext,
  { address, participantId, roomId }: ClientConnection,
  { device }: Entrant,
  { participants, settings }: RoomState,
  password: string | undefined,
): Promise<string | null> {
  const { passwordHash } = settings;
  const holder = participants.get(participantId);
  // Whoever takes a place over in the same browser needs no password.
  const takesOver = holder !== undefined && (holder.device === null || holder.device === device);
  if (password === undefined || passwordHash === null || takesOver) return null;
  let paid = false;
  const isRight = await passwords.verify(password, passwordHash, address, async () => {
    if (!wrongPasswords.has(address) || !wrongPasswordsOfNet.has(netOf(address))) {
      throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many wrong passwords from your network. Wait a minute.');
    }
    // Paid first, so that guesses side by side count too; whoever is right gets it back.
    const waitMs = await guesses.pay(roomId);
    if (waitMs > 0) {
      throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many wrong passwords for this room. Wait a minute.');
    }
    paid = true;
  });
  if (isRight) {
    if (paid) await guesses.refund(roomId);
    return passwordHash;
  }
  wrongPasswords.take(address);
  wrongPasswordsOfNet.take(netOf(address));
  return WRONG;
}
