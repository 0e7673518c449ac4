import { t } from '../../i18n/i18n.ts';
import type { AlertKind } from '../../lib/alertKinds.ts';
import type { ChatLine, MeetingSnapshot } from '../../model/Meeting.ts';
import { isForMe } from '../chat/mentions.ts';
import { newestOf, newMessages } from '../chat/newMessages.ts';

type Seen = Pick<MeetingSnapshot, 'self' | 'others' | 'lobby' | 'chat'>;

export interface Alerts {
  readonly kinds: ReadonlySet<AlertKind>;
  /** What somebody wants to know who does not look at the page. */
  readonly notices: readonly string[];
}

/** What has come that a person may miss. Hands are for hosts, who let people speak; messages count if nobody reads. */
export function alertsBetween(before: Seen, after: Seen, isChatOpen: boolean): Alerts {
  const kinds = new Set<AlertKind>();
  const notices: string[] = [];
  const waited = new Set(before.lobby.map(({ participantId }) => participantId));
  for (const { participantId, name } of after.lobby) {
    if (waited.has(participantId)) continue;
    kinds.add('knock');
    notices.push(t('meeting:knock', { name }));
  }
  for (const line of newMessages(after.chat, newestOf(before.chat))) {
    if (!isChatOpen) kinds.add('message');
    if (isForMe(line, after.self.name)) notices.push(wroteText(line));
  }
  const known = new Map(before.others.map((person) => [person.id, person]));
  if (after.others.length !== known.size || after.others.some(({ id }) => !known.has(id))) kinds.add('people');
  const raised = after.others.some(({ id, handRaisedAt }) => {
    return handRaisedAt !== null && known.get(id)?.handRaisedAt === null;
  });
  if (raised && after.self.role === 'host') kinds.add('hand');
  return { kinds, notices };
}

/** What somebody wrote to one person alone is not for the eyes of those beside them. */
export function wroteText({ name, to }: ChatLine): string {
  return to ? t('chat:wrotePrivately', { name }) : t('chat:mentioned', { name });
}
