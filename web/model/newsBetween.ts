import type { MeetingSnapshot } from './Meeting.ts';

type Seen = Pick<MeetingSnapshot, 'self' | 'others' | 'lobby'>;

/** Returns the changes of the room that somebody who does not look at it wants to hear, as sentences. */
export function newsBetween(before: Seen, after: Seen): string[] {
  const news: string[] = [];
  const known = new Map(before.others.map((person) => [person.id, person]));
  for (const person of after.others) {
    const was = known.get(person.id);
    if (!was) continue;
    if (was.handRaisedAt === null && person.handRaisedAt !== null) news.push(`${person.name} raised a hand`);
    if (was.screen === null && person.screen !== null) news.push(`${person.name} is sharing a screen`);
  }
  const waiting = new Set(before.lobby.map((knock) => knock.participantId));
  for (const knock of after.lobby) {
    if (!waiting.has(knock.participantId)) news.push(`${knock.name} wants to join`);
  }
  const micBefore = before.self.microphone;
  const micAfter = after.self.microphone;
  if (micBefore && micAfter && micBefore.muted !== micAfter.muted) {
    news.push(micAfter.muted ? 'Your microphone is off' : 'Your microphone is on');
  }
  return news;
}
