import fc from 'fast-check';
import type { RoomEvent } from '../../core/room/events.ts';
import type { Grants } from '../../core/room/state.ts';
import { created, joined, SETTINGS } from './room.ts';

/** A secret that no client may ever see. */
export const PASSWORD_HASH = 'scrypt$secret';

/** A hash of a device or address, which no client may see either. */
export const ORIGIN_HASH = 'hash-of-origin';
const GRANTS: Grants = { sources: ['microphone'], chat: false, unmute: false };

/** Facts of every type, mixed as no room would write them. */
const anyFact: fc.Arbitrary<RoomEvent> = (() => {
  const participantId = fc.constantFrom('ann', 'bob', 'eve');
  const trackId = fc.constantFrom('t1', 't2', 't3');
  const messageId = fc.constantFrom('m1', 'm2');
  const session = fc.integer({ min: 1, max: 6 });
  const nodeId = fc.constantFrom('node-1', 'node-2');
  const name = fc.constantFrom('x', 'y');
  const at = fc.integer({ min: 0, max: 100 });
  const flag = fc.boolean();
  const origin = {
    device: fc.constantFrom(ORIGIN_HASH, undefined),
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
    of('TrackPublished', {
      participantId,
      trackId,
      source: fc.constantFrom('camera', 'microphone'),
      kind: fc.constant('audio'),
      muted: flag,
    }),
    of('TrackMuted', { participantId, trackId }),
    of('TrackUnmuted', { participantId, trackId }),
    of('TrackUnpublished', { participantId, trackId }),
    of('TrackReencodingWished', { participantId, trackId, wanted: flag }),
    of('ChatPosted', { messageId, participantId, name, text: name, at }),
    of('ChatEdited', { messageId, text: name, at }),
    of('ChatDeleted', { messageId, at }),
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
    of('TokensRevoked', { participantId: fc.constantFrom('ann', null), at }),
    of('ParticipantErased', { participantId, at }),
    of('SpotlightChanged', { participantId: fc.constantFrom('ann', 'bob', 'zoe', null) }),
    of('ReencodingPolicyChanged', { policy: fc.constant({ mode: 'on' as const }) }),
  );
})();

/** Facts of a room with one person in it, then arbitrary facts. */
export const anyFacts = fc
  .array(anyFact, { minLength: 1, maxLength: 60 })
  .map((facts): readonly RoomEvent[] => [created(), joined('ann', 1), ...facts]);
