import { WireRefusal } from '../requests/WireRefusal.ts';
import { newParticipantId } from './ids.ts';
import { mintToken } from './mintToken.ts';
import { openState } from './openState.ts';
import { route } from './Route.ts';
import * as shapes from './shapes.ts';

export const createToken = route({
  method: 'POST',
  path: '/api/rooms/{roomId}/tokens',
  operationId: 'createToken',
  summary: 'Gives a token to join a room.',
  access: 'open',
  params: shapes.RoomParams,
  body: shapes.MintToken,
  responses: { 201: { description: 'The token, and whom it lets in.', schema: shapes.JoinToken } },
  errors: ['INVALID', 'FORBIDDEN', 'ROOM_NOT_FOUND', 'ROOM_CLOSED', 'TOO_MANY_REQUESTS', 'BUSY', 'JOURNAL_UNAVAILABLE'],
  async handle({ params: { roomId }, body, caller, address, context }) {
    const { name, participantId = newParticipantId(), role, ttlSeconds } = body;
    // People without the API key cannot act as somebody else, or as more than a member [S1].
    if (caller === 'anybody' && (body.participantId !== undefined || name !== undefined || role !== 'member')) {
      throw new WireRefusal('FORBIDDEN', 'Choosing the participant, its name or another role needs the API key.');
    }
    if (caller === 'anybody' && !context.takeToken(address)) {
      throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many people join from your network at once. Wait a moment.');
    }
    await openState(context, roomId, caller === 'anybody' ? address : null);
    return { status: 201, body: await mintToken(context, { roomId, participantId, role, name }, ttlSeconds) };
  },
});
