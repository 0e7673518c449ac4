import { expect, it } from 'vitest';
import { Embedding } from '../model/embedding/Embedding.ts';
import { eventsBetween } from '../model/embedding/eventsBetween.ts';
import { isAllowed } from '../model/embedding/protocol.ts';
import { FakeMeeting } from './FakeMeeting.ts';
import { meetingOf, person } from './snapshots.ts';

const SITE = 'https://intranet.example.org';

function frameOf(origin: string | null, allowed: readonly string[] = [SITE]) {
  const sent: { readonly message: object; readonly origin: string }[] = [];
  const talk = new Embedding({ allowed, origin, send: (message, to) => sent.push({ message, origin: to }) });
  return { talk, sent, messages: () => sent.map(({ message }) => message) };
}

it('a site that the operator allows steers the meeting, and hears what comes of it', async () => {
  const { talk, messages, sent } = frameOf(SITE);
  const meeting = new FakeMeeting(meetingOf(2));
  talk.follow(meeting);
  await talk.take({ everroom: 1, id: 7, command: 'setHand', on: true }, SITE);
  await talk.take({ everroom: 1, id: 8, command: 'hangup' }, SITE);
  await talk.take({ everroom: 1, id: 9, command: 'setCamera', on: false }, SITE);
  expect(messages()).toMatchObject([
    { event: 'ready' },
    { event: 'joined', participantId: 'p0', name: 'Ada Lovelace' },
    { event: 'participantJoined', participantId: 'p1' },
    { event: 'microphoneChanged', on: true },
    { event: 'cameraChanged', on: true },
    { event: 'handChanged', on: true },
    { id: 7, ok: true },
    { event: 'left', reason: 'left' },
    { id: 8, ok: true },
    { id: 9, ok: false, error: 'NOT_IN_ROOM' },
  ]);
  expect(new Set(sent.map(({ origin }) => origin))).toEqual(new Set([SITE]));
});

it('a site that is not allowed neither steers nor hears anything', async () => {
  const { talk, sent } = frameOf('https://elsewhere.example.com');
  const meeting = new FakeMeeting(meetingOf(2));
  talk.follow(meeting);
  await talk.take({ everroom: 1, id: 1, command: 'hangup' }, 'https://elsewhere.example.com');
  expect(sent).toEqual([]);
  expect(meeting.getSnapshot().ended).toBeNull();
});

it('a site whose origin the browser hides hears everything from its first message on', async () => {
  const { talk, messages } = frameOf(null);
  talk.follow(new FakeMeeting(meetingOf(1)));
  expect(messages()).toEqual([]);
  await talk.take({ everroom: 1, id: 1, command: 'dance' }, SITE);
  await talk.take({ somebodyElse: true }, SITE);
  expect(messages()).toMatchObject([
    { event: 'ready' },
    { event: 'joined' },
    { event: 'microphoneChanged' },
    { event: 'cameraChanged' },
    { id: 1, ok: false, error: 'INVALID' },
  ]);
});

it('who comes, goes and is renamed is told, and so is an interruption', () => {
  const before = meetingOf(3);
  const [second, third] = before.others;
  if (!second || !third) throw new Error('too few people');
  const after = { ...before, others: [{ ...third, name: 'Konrad' }, person(3)], connection: 'reconnecting' as const };
  expect(eventsBetween(before, after)).toEqual([
    { event: 'participantJoined', participantId: 'p3', name: 'Radia Perlman' },
    { event: 'nameChanged', participantId: 'p2', name: 'Konrad' },
    { event: 'participantLeft', participantId: 'p1' },
    { event: 'connectionChanged', connection: 'reconnecting' },
  ]);
});

it('an allowed origin is the whole of it, or everything below a domain', () => {
  expect(isAllowed('https://a.example.org', ['https://a.example.org'])).toBe(true);
  expect(isAllowed('https://a.example.org', ['https://a.example.org:443'])).toBe(true);
  expect(isAllowed('https://a.b.example.org', ['https://*.example.org'])).toBe(true);
  for (const origin of [
    'https://example.org',
    'http://a.example.org',
    'https://evilexample.org',
    'https://a.example.org:8443',
    'null',
  ]) {
    expect(isAllowed(origin, ['https://*.example.org'])).toBe(false);
  }
});
