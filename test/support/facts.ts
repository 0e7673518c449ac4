import fc from 'fast-check';
import type { RoomEvent } from '../../core/room/events.ts';
import type { Grants } from '../../core/room/state.ts';
import { created, joined, SETTINGS } from './room.ts';

/** A secret that no client may ever see. */
export const PASSWORD_HASH = 'scrypt$secret';

/** A hash of a device or address, which no client may see either. */
export const ORIGIN_HASH = 'hash-of-origin';
/** Who voted in an anonymous poll. */
export const BALLOT_HASH = 'hash-of-ballot';
const GRANTS: Grants = { sources: ['microphone'], chat: false, unmute: false };

/** People of whom each two have a secret. */
export const PEOPLE = ['ann', 'bob', 'eve'];

export function secretOf(a: string, b: string): string {
  return `secret of ${[a, b].sort().join(' and ')}`;
}

const PRIVATE_FACTS: readonly RoomEvent[] = PEOPLE.flatMap((participantId) =>
  PEOPLE.filter((to) => to !== participantId).flatMap((to): RoomEvent[] => {
    const about = { messageId: `p-${participantId}-${to}`, participantId, to, at: 1 };
    const text = secretOf(participantId, to);
    return [
      { type: 'PrivateMessagePosted', ...about, name: 'x', text },
      { type: 'PrivateMessageEdited', ...about, text: `${text}!` },
      {
        type: 'PrivateMessageReacted',
        ...{ messageId: about.messageId, participantId, to, name: text, emoji: '👍', on: true },
      },
      { type: 'PrivateMessageDeleted', ...about },
    ];
  }),
);

/** Facts of every type, mixed as no room would write them. */
const anyFact: fc.Arbitrary<RoomEvent> = (() => {
  const participantId = fc.constantFrom('ann', 'bob', 'eve');
  const trackId = fc.constantFrom('t1', 't2', 't3');
  const messageId = fc.constantFrom('m1', 'm2');
  const pollId = fc.constantFrom('q1', 'q2');
  const choices = fc.constantFrom([], [0], [1], [0, 1]);
  const session = fc.integer({ min: 1, max: 6 });
  const nodeId = fc.constantFrom('node-1', 'node-2');
  const name = fc.constantFrom('x', 'y');
  const at = fc.integer({ min: 0, max: 100 });
  const flag = fc.boolean();
  const origin = {
    device: fc.constantFrom(ORIGIN_HASH, undefined),
    account: fc.constantFrom(ORIGIN_HASH, undefined),
    address: fc.constantFrom(ORIGIN_HASH, undefined),
  };
  const of = <T extends RoomEvent['type']>(
    type: T,
    fields: {
      [K in keyof Omit<Extract<RoomEvent, { type: T }>, 'type'>]-?: fc.Arbitrary<
        Extract<RoomEvent, { type: T }>[K] | undefined
      >;
    },
  ) => fc.record({ type: fc.constant(type), ...fields }) as unknown as fc.Arbitrary<RoomEvent>;
  return fc.oneof(
    of('RoomCreated', { settings: fc.constant({ ...SETTINGS, passwordHash: PASSWORD_HASH }), at }),
    of('RoomClosed', { at }),
    of('ParticipantJoined', {
      participantId,
      name,
      role: fc.constantFrom('host', 'guest'),
      session,
      nodeId,
      at,
      nameFixed: flag,
      grants: fc.constantFrom(GRANTS, undefined),
      ...origin,
    }),
    of('ParticipantResumed', { participantId, session, nodeId, at, ...origin }),
    of('ParticipantDisconnected', { participantId, session, expiresAt: at }),
    of('ParticipantGone', { participantId, departure: fc.constantFrom('left', 'expired', 'removed', 'banned'), at }),
    of('ParticipantRenamed', { participantId, name }),
    of('RoleChanged', { participantId, role: fc.constantFrom('host', 'member') }),
    of('HandRaised', { participantId, at }),
    of('HandLowered', { participantId }),
    of('RecordingBegun', { participantId, at }),
    of('RecordingEnded', { participantId }),
    of('FilesAllowedChanged', { filesAllowed: flag }),
    of('RecordingAllowedChanged', { recordingAllowed: flag }),
    of('TrackPublished', {
      participantId,
      trackId,
      source: fc.constantFrom('camera', 'microphone'),
      kind: fc.constant('audio'),
      muted: flag,
    }),
    of('TrackMuted', { participantId, trackId }),
    of('TrackUnmuted', { participantId, trackId }),
    of('TrackInterruptionChanged', { participantId, trackId, interrupted: flag }),
    of('TrackUnpublished', { participantId, trackId }),
    of('TrackReencodingWished', { participantId, trackId, wanted: flag }),
    of('ChatPosted', {
      messageId,
      participantId,
      name,
      text: name,
      at,
      replyTo: fc.constantFrom('m1', undefined),
      announcement: fc.constantFrom(true, undefined),
    }),
    fc.constantFrom(...PRIVATE_FACTS),
    of('FileShared', {
      messageId,
      participantId,
      name,
      file: fc.constantFrom(
        { id: 'f1', name: 'plan.pdf', bytes: 10, mediaType: 'application/pdf' },
        { id: 'f2', name: 'cat.jpg', bytes: 20, mediaType: 'image/jpeg', preview: '/9j/' },
      ),
      at,
    }),
    of('ChatEdited', { messageId, text: name, at }),
    of('ChatDeleted', { messageId, at }),
    of('MessageReacted', { messageId, participantId, name, emoji: fc.constantFrom('👍', '🎉'), on: flag }),
    of('ParticipantKnocked', { participantId, name, nodeId, at, ...origin }),
    of('KnockWithdrawn', { participantId }),
    of('ParticipantAdmitted', { participantId }),
    of('ParticipantDenied', { participantId }),
    of('ParticipantBanned', { participantId, name: fc.constantFrom(undefined, 'x'), ...origin, addressUntil: at }),
    of('ParticipantUnbanned', { participantId }),
    of('RoomRenamed', { name }),
    of('LockChanged', { locked: flag }),
    of('LobbyChanged', { lobby: flag }),
    of('PasswordChanged', { passwordHash: fc.constantFrom(PASSWORD_HASH, null) }),
    of('CapacityChanged', { capacity: session }),
    of('GrantsChanged', { participantId, grants: fc.constantFrom(GRANTS, null) }),
    of('RoomGrantsChanged', { grants: fc.constant(GRANTS) }),
    of('GuestsChanged', { guests: flag }),
    of('HotStandbyChanged', { hotStandby: fc.constantFrom('on', 'off') }),
    of('MediaBoundsChanged', { bounds: fc.constant({ pageSize: 6, lastN: 9, loudestN: null, lastScreens: 2 }) }),
    of('TokensRevoked', { participantId: fc.constantFrom('ann', null), at }),
    of('ParticipantErased', { participantId, at }),
    of('SpotlightChanged', {
      participantId: fc.constantFrom('ann', 'bob', 'zoe', null),
      others: fc.constantFrom(undefined, ['bob', 'zoe'], ['eve', 'ann']),
    }),
    of('LayoutChanged', { layout: fc.constantFrom('tiles', 'speaker', null), at }),
    of('PrivateChatChanged', { privateChat: flag }),
    of('JoinMutedChanged', { joinMuted: flag }),
    of('PollOpened', {
      pollId,
      question: name,
      options: fc.constant(['x', 'y']),
      multiple: flag,
      anonymous: flag,
      live: flag,
      at,
    }),
    of('VoteCast', { pollId, participantId, name, choices }),
    of('BallotCast', {
      pollId,
      voter: fc.constant(BALLOT_HASH),
      name,
      choices,
      counts: fc.constantFrom([1, 0], null),
      voters: session,
    }),
    of('PollClosed', {
      pollId,
      at,
      counts: fc.constant([1, 2]),
      votes: fc.constantFrom([], [{ voter: 'ann', name: 'x', choices: [1] }]),
    }),
    of('PollRemoved', { pollId }),
    of('NotesEdited', { participantId, update: fc.constantFrom('AAAA', 'BBBB') }),
    of('NotesCompacted', { base: fc.constant('CCCC'), upTo: session }),
    of('BreakoutsOpened', {
      id: name,
      rooms: fc.constant([
        { id: 'r1', name: 'One' },
        { id: 'r2', name: 'Two' },
      ]),
      free: flag,
      endsAt: fc.constantFrom(50, null),
      assigned: fc.constantFrom([], [{ participantId: 'bob', roomId: 'r1' }]),
      at,
    }),
    of('BreakoutsChanged', { endsAt: fc.constantFrom(90, null) }),
    of('BreakoutsEnded', { at }),
    of('BreakoutAssigned', { participantId, roomId: fc.constantFrom('r1', 'r2', null) }),
    of('BreakoutEntered', { participantId, roomId: fc.constantFrom('r1', 'r2') }),
    of('BreakoutLeft', { participantId }),
    of('UnmuteAsked', { participantId, at }),
    of('UnmuteDeclined', { participantId }),
    of('ReencodingPolicyChanged', { policy: fc.constant({ mode: 'on' as const }) }),
  );
})();

/** Facts of a room with one person in it, then arbitrary facts. */
export const anyFacts = fc
  .array(anyFact, { minLength: 1, maxLength: 60 })
  .map((facts): readonly RoomEvent[] => [created(), joined('ann', 1), ...facts]);
