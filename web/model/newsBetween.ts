import { t } from '../i18n/i18n.ts';
import type { MeetingSnapshot } from './Meeting.ts';

type Seen = Pick<MeetingSnapshot, 'self' | 'others' | 'lobby' | 'reactions'>;

export interface News {
  readonly kind: 'hand' | 'knock' | 'other';
  /** A sentence. */
  readonly text: string;
}

/** Returns the changes of the room that somebody who does not look at it wants to hear. */
export function newsBetween(before: Seen, after: Seen): News[] {
  const news: News[] = [];
  const tell = (text: string, kind: News['kind'] = 'other') => news.push({ kind, text });
  const known = new Map(before.others.map((person) => [person.id, person]));
  for (const person of after.others) {
    const was = known.get(person.id);
    if (!was) continue;
    if (was.handRaisedAt === null && person.handRaisedAt !== null)
      tell(t('meeting:news.hand', { name: person.name }), 'hand');
    if (was.recordingSince === null && person.recordingSince !== null) tell(t('recording:by', { name: person.name }));
    if (was.recordingSince !== null && person.recordingSince === null) {
      tell(t('recording:ended', { name: person.name }));
    }
    if (was.screen === null && person.screen !== null) tell(t('meeting:news.screen', { name: person.name }));
  }
  const newest = before.reactions.at(-1)?.id ?? 0;
  for (const { id, personId, emoji } of after.reactions) {
    const name = known.get(personId)?.name;
    if (id > newest && name !== undefined) tell(t('meeting:news.reaction', { name, emoji }));
  }
  const waiting = new Set(before.lobby.map((knock) => knock.participantId));
  for (const knock of after.lobby) {
    if (!waiting.has(knock.participantId)) tell(t('meeting:knock', { name: knock.name }), 'knock');
  }
  const micBefore = before.self.microphone;
  const micAfter = after.self.microphone;
  if (micBefore && micAfter && micBefore.muted !== micAfter.muted) {
    tell(micAfter.muted ? t('meeting:news.microphoneOff') : t('meeting:news.microphoneOn'));
  }
  const [recordsBefore, records] = [before.self, after.self].map(({ recordingSince }) => recordingSince !== null);
  if (records !== recordsBefore) tell(records ? t('recording:youBegan') : t('recording:youEnded'));
  return news;
}
