import { WireRefusal } from '../requests/WireRefusal.ts';
import type { Person } from '../signin/Person.ts';
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
  async handle({ params: { roomId }, body, caller, person, address, context }) {
    const { name, participantId = newParticipantId(), role, grants = null, ttlSeconds } = body;
    // People without the API key cannot act as somebody else, or as more than a member [S1].
    const chooses = body.participantId !== undefined || name !== undefined || grants !== null || role !== 'member';
    if (caller === 'anybody' && chooses) {
      throw new WireRefusal('FORBIDDEN', 'Choosing the participant, its name, role or grants needs the API key.');
    }
    // An office has one address and many people.
    if (caller === 'anybody' && !context.takeToken(person ? `person:${person.id}` : address)) {
      throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many people join from your network at once. Wait a moment.');
    }
    const { settings } = await openState(context, roomId, caller === 'anybody' ? address : null);
    const isGuest = caller === 'anybody' && person === null;
    if (isGuest && !settings.guests) {
      throw new WireRefusal('GUESTS_REFUSED', 'This room takes only people with an invitation of their own.');
    }
    const rights = person ? rightsOf(person) : { role: isGuest && context.canSignIn ? ('guest' as const) : role, name };
    const claims = { roomId, participantId, ...rights, grants, anonymous: isGuest, account: person?.id };
    return { status: 201, body: await mintToken(context, claims, ttlSeconds) };
  },
});

function rightsOf({ name, host }: Person) {
  return { name, role: host ? ('host' as const) : ('member' as const) };
}
