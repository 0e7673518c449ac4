import { z } from 'zod';
import { Id } from '../protocol/shapes.ts';
import { toOpenBreakouts } from '../requests/handlers/breakouts.ts';
import { order } from './moderation.ts';
import { openState } from './openState.ts';
import { type Route, route } from './Route.ts';
import * as shapes from './shapes.ts';

export const describeBreakouts = route({
  method: 'GET',
  path: '/api/rooms/{roomId}/breakouts',
  operationId: 'describeBreakouts',
  summary: 'The breakout rooms that are open, and who belongs and is where.',
  access: 'operator',
  params: shapes.RoomParams,
  responses: { 200: { description: 'The breakout rooms.', schema: shapes.BreakoutsDescription } },
  errors: ['TOKEN_INVALID', 'ROOM_NOT_FOUND', 'ROOM_CLOSED', 'JOURNAL_UNAVAILABLE'],
  async handle({ params: { roomId }, context }) {
    const { breakouts } = await openState(context, roomId, null);
    return { status: 200, body: { breakouts: breakouts && { ...breakouts, places: [...breakouts.places.values()] } } };
  },
});

/** The same that hosts can do, besides going there themselves. */
export const breakoutOrders: readonly Route[] = [
  order({
    path: '/breakouts',
    operationId: 'openBreakouts',
    summary: 'Opens breakout rooms and assigns people to them: `room` is the place of its name in `names`.',
    params: shapes.RoomParams,
    body: shapes.NewBreakouts,
    toCommand: ({ roomId }, body, context) => toOpenBreakouts(body, roomId, context),
  }),
  order({
    method: 'PATCH',
    path: '/breakouts',
    operationId: 'setBreakoutsEnd',
    summary: 'Says when the breakout rooms end by themselves (ms since the epoch); null: when they are ended.',
    params: shapes.RoomParams,
    body: z.strictObject({ endsAt: z.number().int().nullable() }),
    toCommand: (_, { endsAt }) => ({ type: 'SetBreakoutsEnd', endsAt }),
  }),
  order({
    method: 'DELETE',
    path: '/breakouts',
    operationId: 'endBreakouts',
    summary: 'Ends the breakout rooms: everybody comes back to the room.',
    params: shapes.RoomParams,
    toCommand: () => ({ type: 'EndBreakouts' }),
  }),
  order({
    path: '/participants/{participantId}/breakout',
    operationId: 'assignBreakout',
    summary:
      'Assigns somebody to a breakout room, or moves them to another; null: back to the room. Their page takes them there.',
    params: shapes.ParticipantParams,
    body: z.strictObject({ breakout: Id.nullable().describe('The id of the breakout room.') }),
    errors: ['PARTICIPANT_NOT_FOUND'],
    toCommand: ({ participantId }, { breakout }) => ({ type: 'AssignBreakout', participantId, roomId: breakout }),
  }),
];
