import { WireRefusal } from '../requests/WireRefusal.ts';
import { withRoom } from '../requests/withRoom.ts';
import { newParticipantId, newRoomId } from './ids.ts';
import { mintToken } from './mintToken.ts';
import { NOTHING, route } from './Route.ts';
import { envelope } from './rooms.ts';
import * as shapes from './shapes.ts';
import { TEST_MS } from './TestRooms.ts';
import { withinBudgets } from './withinBudgets.ts';

/** One that stays, one that tries each way to the server, and two between which media flow. */
const PARTICIPANTS = 4;

export const createConnectionTest = route({
  method: 'POST',
  path: '/api/connection-tests',
  operationId: 'createConnectionTest',
  summary: 'Opens a room for three minutes in which a client tests its ways to the server, whoever may open meetings.',
  access: 'everybody',
  params: NOTHING,
  responses: { 201: { description: 'Tokens of the participants of the test.', schema: shapes.ConnectionTest } },
  errors: ['TOO_MANY_REQUESTS', 'TOO_MUCH_WRITTEN', 'TOO_MANY_ROOMS', 'BUSY', 'JOURNAL_UNAVAILABLE', 'JOURNAL_FULL'],
  async handle({ address, commandId, context }) {
    if (context.isBusy()) throw new WireRefusal('BUSY', 'This node is very busy. Try again in a moment.');
    if (!context.takeConnectionTest(address)) {
      throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many tests from your network. Wait a minute.');
    }
    const roomId = newRoomId();
    await withinBudgets(context, { address, owner: address }, roomId, () =>
      withRoom(context, roomId, (room) =>
        room.handle({
          type: 'CreateRoom',
          ...envelope(commandId, context),
          name: 'Connection test',
          capacity: PARTICIPANTS,
          graceMs: context.graceMs,
          lobby: false,
          passwordHash: null,
          // Only the participants of the test come in.
          guests: false,
          recordingAllowed: false,
          filesAllowed: false,
        }),
      ),
    );
    context.testRooms.closeInTime(roomId);
    context.absentRooms.remove(roomId);
    const minted = Array.from({ length: PARTICIPANTS }, () => {
      const claims = { roomId, participantId: newParticipantId(), role: 'member', name: undefined } as const;
      return mintToken(context, claims, TEST_MS / 1_000);
    });
    return { status: 201, body: { tokens: (await Promise.all(minted)).map(({ token }) => token) } };
  },
});
