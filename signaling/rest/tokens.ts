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
  access: 'guests',
  params: shapes.RoomParams,
  body: shapes.MintToken,
  responses: { 201: { description: 'The token, and whom it lets in.', schema: shapes.JoinToken } },
  errors: [
    'INVALID',
    'FORBIDDEN',
    'ROOM_NOT_FOUND',
    'ROOM_CLOSED',
    'GUESTS_REFUSED',
    'TOO_MANY_REQUESTS',
    'BUSY',
    'JOURNAL_UNAVAILABLE',
  ],
  async handle({ params: { roomId }, body, caller, address, context }) {
    const { name, participantId = newParticipantId(), role, grants = null, ttlSeconds } = body;
    // People without the API key cannot act as somebody else, or as more than a member [S1].
    const chooses = body.participantId !== undefined || name !== undefined || grants !== null || role !== 'member';
    if (caller === 'anybody' && chooses) {
      throw new WireRefusal('FORBIDDEN', 'Choosing the participant, its name, role or grants needs the API key.');
    }
    if (caller === 'anybody' && !context.takeToken(address)) {
      throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many people join from your network at once. Wait a moment.');
    }
    const { settings } = await openState(context, roomId, caller === 'anybody' ? address : null);
    if (caller === 'anybody' && !settings.guests) {
      throw new WireRefusal('GUESTS_REFUSED', 'This room takes only people with an invitation of their own.');
    }
    const claims = { roomId, participantId, role, name, grants, anonymous: caller === 'anybody' };
    return { status: 201, body: await mintToken(context, claims, ttlSeconds) };
  },
});
