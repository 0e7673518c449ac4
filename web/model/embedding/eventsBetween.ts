import type { MeetingSnapshot, PublishedMedia } from '../Meeting.ts';
import type { EmbeddingEvent } from './protocol.ts';

type Seen = Pick<MeetingSnapshot, 'roomId' | 'connection' | 'self' | 'others' | 'ended'>;

const SWITCHES = [
  ['microphoneChanged', 'microphone'],
  ['cameraChanged', 'camera'],
  ['screenShareChanged', 'screen'],
] as const;

/** Returns what a site around the page hears of a change; `before` is null when the meeting begins. */
export function eventsBetween(before: Seen | null, after: Seen): EmbeddingEvent[] {
  const { roomId, self, others, ended } = after;
  const events: EmbeddingEvent[] = [];
  if (before === null) events.push({ event: 'joined', roomId, participantId: self.id, name: self.name });
  const known = new Map(
    [...(before?.others ?? []), ...(before ? [before.self] : [])].map((person) => [person.id, person.name]),
  );
  for (const { id: participantId, name } of others) {
    if (!known.has(participantId)) events.push({ event: 'participantJoined', participantId, name });
  }
  for (const { id: participantId, name } of [self, ...others]) {
    const former = known.get(participantId);
    if (former !== undefined && former !== name) events.push({ event: 'nameChanged', participantId, name });
  }
  const present = new Set(others.map(({ id }) => id));
  for (const { id: participantId } of before?.others ?? []) {
    if (!present.has(participantId)) events.push({ event: 'participantLeft', participantId });
  }
  for (const [event, source] of SWITCHES) {
    const on = isOn(self[source]);
    if (on !== isOn(before?.self[source] ?? null)) events.push({ event, on });
  }
  const hand = self.handRaisedAt !== null;
  if (hand !== ((before?.self.handRaisedAt ?? null) !== null)) events.push({ event: 'handChanged', on: hand });
  if (before && before.connection !== after.connection) {
    events.push({ event: 'connectionChanged', connection: after.connection });
  }
  if (ended !== null && (before?.ended ?? null) === null) events.push({ event: 'left', reason: ended });
  return events;
}

function isOn(media: PublishedMedia | null): boolean {
  return media !== null && !media.muted;
}
