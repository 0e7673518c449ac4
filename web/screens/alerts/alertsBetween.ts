import { t } from '../../i18n/i18n.ts';
import type { AlertKind } from '../../lib/alertKinds.ts';
import type { ChatLine, MeetingSnapshot } from '../../model/Meeting.ts';
import { newsBetween } from '../../model/newsBetween.ts';
import { isForMe } from '../chat/mentions.ts';
import { newestOf, newMessages } from '../chat/newMessages.ts';

type Seen = Pick<MeetingSnapshot, 'self' | 'others' | 'lobby' | 'reactions' | 'chat'>;

export interface Alerts {
  readonly kinds: ReadonlySet<AlertKind>;
  /** What somebody wants to know who does not look at the page. */
  readonly notices: readonly string[];
}

/** What has come that a person may miss. Hands are for hosts, who let people speak; messages count if nobody reads. */
export function alertsBetween(before: Seen, after: Seen, isChatOpen: boolean): Alerts {
  const kinds = new Set<AlertKind>();
  const notices: string[] = [];
  for (const { kind, text } of newsBetween(before, after)) {
    if (kind === 'hand' && after.self.role === 'host') kinds.add('hand');
    if (kind !== 'knock') continue;
    kinds.add('knock');
    notices.push(text);
  }
  const fresh = before.chat === after.chat ? [] : newMessages(after.chat, newestOf(before.chat));
  if (fresh.length > 0 && !isChatOpen) kinds.add('message');
  for (const line of fresh) if (isForMe(line, after.self.name)) notices.push(wroteText(line));
  const known = new Set(before.others.map(({ id }) => id));
  if (after.others.length !== known.size || after.others.some(({ id }) => !known.has(id))) kinds.add('people');
  return { kinds, notices };
}

/** What somebody wrote to one person alone is not for the eyes of those beside them. */
export function wroteText({ name, to }: ChatLine): string {
  return to ? t('chat:wrotePrivately', { name }) : t('chat:mentioned', { name });
}
