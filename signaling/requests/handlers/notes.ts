import * as Y from 'yjs';
import { updatesAfter } from '../../../core/room/notes.ts';
import { Refusal } from '../../../core/room/refusal.ts';
import { requireParticipant } from '../../../core/room/rules/actors.ts';
import { withRoom } from '../withRoom.ts';
import { type Call, type Handler, record } from './handler.ts';

const write = record<'editNotes'>(({ update }) => {
  requireUpdate(update);
  return { type: 'EditNotes', update };
});

export const editNotes: Handler<'editNotes'> = async (call: Call<'editNotes'>) => {
  const { connection, context } = call;
  // To read an update is work, too: whoever wrote too much does not get that far.
  context.budgets.require(connection, { type: 'EditNotes' });
  const answer = await write(call);
  call.afterAnswer(() => {
    const room = context.rooms.get(connection.roomId);
    if (room) context.notes.written(room);
  });
  return answer;
};

export const notesAfter: Handler<'notesAfter'> = ({ request, connection, context }) => {
  const { roomId, actor } = connection.requireSeat();
  return withRoom(context, roomId, ({ state }) => {
    requireParticipant(actor, state);
    return { count: state.notes.count, updates: updatesAfter(state.notes, request.seen) };
  });
};

/** What cannot be read cannot be put together with others later. */
function requireUpdate(update: string): void {
  try {
    Y.decodeUpdate(Buffer.from(update, 'base64'));
  } catch {
    throw new Refusal('INVALID', 'This is no change of the notes.');
  }
}
