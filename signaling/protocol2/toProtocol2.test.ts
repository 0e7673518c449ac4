import { expect, it } from 'vitest';
import { redactState } from '../../core/room/redact.ts';
import { created, joined, NOW, stateOf } from '../../test/support/room.ts';
import type { EntryAnswer } from '../protocol/requests.ts';
import { toEntryAnswer2 } from './toProtocol2.ts';

const state = stateOf(
  created(),
  joined('ann', 1),
  joined('bob', 2),
  {
    type: 'ChatPosted',
    messageId: 'm1',
    participantId: 'ann',
    name: 'Ann',
    text: 'Hello all',
    at: NOW,
  },
  {
    type: 'PrivateMessagePosted',
    messageId: 'm2',
    participantId: 'ann',
    to: 'bob',
    name: 'Ann',
    text: 'Hello Bob',
    at: NOW,
    replyTo: 'm1',
  },
);

it('an old client gets the fields that it knows, whatever newer ones get', () => {
  const answer = { roomId: 'room', room: null, missed: [] } as unknown as EntryAnswer;
  const encoded = { participantId: 'ann', session: 1, nodes: [], younger: true, commitId: 'c', files: null };
  expect(Object.keys(toEntryAnswer2(answer, encoded)).sort()).toEqual([
    ...['iceServers', 'missed', 'nodes', 'participantId', 'resumeToken', 'room', 'rtpCapabilities', 'serverTime'],
    ...['session', 'transports', 'version'],
  ]);
});

it('[S2] an old client, which knows no private messages, is never shown one as a message to all', () => {
  const room = redactState(state, 'participant', 'bob');
  expect(room.chat.map(({ text }) => text)).toEqual(['Hello all', 'Hello Bob']);
  const answer = { roomId: 'room', room, missed: null } as unknown as EntryAnswer;
  expect(toEntryAnswer2(answer, {})).toMatchObject({ room: { chat: [{ id: 'm1', text: 'Hello all' }] } });
  expect(JSON.stringify(toEntryAnswer2(answer, {}))).not.toContain('Hello Bob');
});
