import { audienceOf } from '../../../core/room/queries.ts';
import { redactChat } from '../../../core/room/redact.ts';
import { chatBefore as pageBefore } from '../../telling/chatPages.ts';
import { withRoom } from '../withRoom.ts';
import { type Handler, record } from './handler.ts';

export const postChat = record<'postChat'>(({ messageId, text, firstSent, to, replyTo, announcement }) => ({
  type: 'PostChat',
  messageId,
  text,
  firstSent,
  to,
  replyTo,
  announcement,
}));
export const editChat = record<'editChat'>(({ messageId, text }) => ({ type: 'EditChat', messageId, text }));
export const deleteChat = record<'deleteChat'>(({ messageId }) => ({ type: 'DeleteChat', messageId }));
export const reactToMessage = record<'reactToMessage'>(({ messageId, emoji, on }) => ({
  type: 'ReactToMessage',
  messageId,
  emoji,
  on,
}));

export const chatBefore: Handler<'chatBefore'> = ({ request, connection, context }) => {
  const { participantId, roomId } = connection.requireSeat();
  return withRoom(context, roomId, ({ state }) => {
    const role = state.participants.get(participantId)?.role ?? 'guest';
    return pageBefore(redactChat(state.chat, audienceOf(role), participantId), request.messageId);
  });
};
