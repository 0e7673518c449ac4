import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { maySee } from '../privacy.ts';
import { grantsOf } from '../queries.ts';
import { countOf, MAX_REACTIONS, MAX_REACTIONS_EACH, peopleOf } from '../reactions.ts';
import { Refusal } from '../refusal.ts';
import type { RoomState } from '../state.ts';
import { requireParticipant } from './actors.ts';
import { findMessage, messageNotFound } from './chat.ts';
import { requireGrant } from './grants.ts';

/** What an emoji consists of, and what makes it one: `1` is a part of emoji, too. */
const PARTS = /^(?:\p{Emoji}|\p{Emoji_Component}){1,16}$/u;
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u{20e3}/u;
const SIGNS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a private message is answered with, only its two people see [R-REACT-2]. */
export function reactToMessage(command: CommandOf<'ReactToMessage'>, state: RoomState): RoomEvent[] {
  const { messageId, emoji, on } = command;
  const participant = requireParticipant(command.actor, state);
  const { id: participantId, name } = participant;
  const message = findMessage(messageId, state);
  if (message === undefined || message.deleted || !maySee(message, participantId)) throw messageNotFound();
  const { reactions = [] } = message;
  const has = peopleOf(reactions, emoji).some((person) => person.participantId === participantId);
  if (has === on) return [];
  if (on) {
    requireGrant(grantsOf(participant, state.settings).chat);
    if (!isEmoji(emoji)) throw new Refusal('INVALID', 'A reaction is one emoji.');
    const own = reactions.filter(({ people }) => people.some((person) => person.participantId === participantId));
    if (own.length >= MAX_REACTIONS_EACH) {
      throw new Refusal('INVALID', `A message takes ${MAX_REACTIONS_EACH} reactions of each person: take one back.`);
    }
    if (countOf(reactions) >= MAX_REACTIONS) throw new Refusal('INVALID', 'This message takes no more reactions.');
  }
  const reaction = { messageId, participantId, name, emoji, on };
  if (message.to === undefined) return [{ type: 'MessageReacted', ...reaction }];
  const to = message.participantId === participantId ? message.to : message.participantId;
  return [{ type: 'PrivateMessageReacted', ...reaction, to }];
}

function isEmoji(text: string): boolean {
  return PARTS.test(text) && PICTURE.test(text) && [...SIGNS.segment(text)].length === 1;
}
