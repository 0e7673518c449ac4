import { audienceOf } from '../../../core/room/queries.ts';
import { redactChat } from '../../../core/room/redact.ts';
import { chatBefore as pageBefore } from '../../telling/chatPages.ts';
import { withRoom } from '../withRoom.ts';
import { type Handler, record } from './handler.ts';

export const postChat = record<'postChat'>(({ messageId, text, firstSent }) => ({
  type: 'PostChat',
  messageId,
  text,
  firstSent,
}));
export const editChat = record<'editChat'>(({ messageId, text }) => ({ type: 'EditChat', messageId, text }));
export const deleteChat = record<'deleteChat'>(({ messageId }) => ({ type: 'DeleteChat', messageId }));

export const chatBefore: Handler<'chatBefore'> = ({ request, connection, context }) => {
  const { participantId, roomId } = connection.requireSeat();
  return withRoom(context, roomId, ({ state }) => {
    const { messages, more } = pageBefore(state.chat, request.messageId);
    const role = state.participants.get(participantId)?.role ?? 'guest';
    return { messages: redactChat(messages, audienceOf(role)), more };
  });
};
