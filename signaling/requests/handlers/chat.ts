import { record } from './handler.ts';

export const postChat = record<'postChat'>(({ messageId, text }) => ({ type: 'PostChat', messageId, text }));
export const editChat = record<'editChat'>(({ messageId, text }) => ({ type: 'EditChat', messageId, text }));
export const deleteChat = record<'deleteChat'>(({ messageId }) => ({ type: 'DeleteChat', messageId }));
