import { describe, it } from 'vitest';
import { by, created, given, joined, OPERATOR, published } from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';
import { ALL_GRANTS, type Grants } from '../state.ts';

const NOTHING: Grants = { sources: [], chat: false, unmute: false };
const grantsOf = (participantId: string, grants: Grants | null): RoomEvent => ({
  type: 'GrantsChanged',
  participantId,
  grants,
});
const ROOM = [created(), joined('hal', 1, { role: 'host' }), joined('ann', 2)];
const MIC = published('ann', 'mic');
const publish = { type: 'PublishTrack', trackId: 'new', source: 'microphone', muted: false } as const;
const unmute = { type: 'SetTrackMuted', participantId: 'ann', trackId: 'mic', muted: false } as const;

describe('grants', () => {
  it('[R-GRANT-1] publishing, writing and unmuting need the grant', () => {
    const room = given(...ROOM, published('ann', 'mic', 'microphone', true), grantsOf('ann', NOTHING));
    room.when(by('ann', 2), { ...publish, source: 'camera' }).refused('NOT_GRANTED');
    room.when(by('ann', 2), { type: 'PostChat', messageId: 'm', text: 'hi' }).refused('NOT_GRANTED');
    room.when(by('ann', 2), unmute).refused('NOT_GRANTED');
  });

  it('[R-GRANT-1] a message that was written before cannot be edited into a new one', () => {
    const posted: RoomEvent = {
      type: 'ChatPosted',
      messageId: 'm',
      participantId: 'ann',
      name: 'ann',
      text: 'a',
      at: 1,
    };
    given(...ROOM, posted, grantsOf('ann', NOTHING))
      .when(by('ann', 2), { type: 'EditChat', messageId: 'm', text: 'b' })
      .refused('NOT_GRANTED');
  });

  it('[R-GRANT-1] hosts have every grant', () => {
    given(...ROOM, grantsOf('hal', NOTHING))
      .when(by('hal', 1), publish)
      .then([published('hal', 'new')]);
  });

  it('[R-GRANT-2] taking grants away stops and mutes; hosts and those with grants of their own keep theirs', () => {
    const room = given(...ROOM, MIC, published('ann', 'cam', 'camera'), joined('bob', 3), published('bob', 'bobs'));
    const silent: Grants = { ...ALL_GRANTS, sources: ['microphone'], unmute: false };
    room
      .when(by('hal', 1), { type: 'SetGrants', participantId: 'ann', grants: silent })
      .then([
        grantsOf('ann', silent),
        { type: 'TrackMuted', participantId: 'ann', trackId: 'mic' },
        { type: 'TrackUnpublished', participantId: 'ann', trackId: 'cam' },
      ]);
    given(
      ...ROOM,
      MIC,
      published('hal', 'hals'),
      joined('bob', 3),
      published('bob', 'bobs'),
      grantsOf('bob', ALL_GRANTS),
    )
      .when(by('hal', 1), { type: 'SetRoomGrants', grants: silent })
      .then([
        { type: 'RoomGrantsChanged', grants: silent },
        { type: 'TrackMuted', participantId: 'ann', trackId: 'mic' },
      ]);
  });

  it('[R-GRANT-2] a host who becomes a member loses what members may not do', () => {
    const silent: Grants = { ...ALL_GRANTS, unmute: false };
    given(created({ grants: silent }), ...ROOM.slice(1), joined('eve', 3, { role: 'host' }), published('eve', 'eves'))
      .when(by('hal', 1), { type: 'SetRole', participantId: 'eve', role: 'member' })
      .then([
        { type: 'RoleChanged', participantId: 'eve', role: 'member' },
        { type: 'TrackMuted', participantId: 'eve', trackId: 'eves' },
      ]);
  });

  it('[R-GRANT-3] sound of somebody who may not unmute starts muted, and stays until a host gives the grant', () => {
    const silent: Grants = { ...ALL_GRANTS, unmute: false };
    given(...ROOM, grantsOf('ann', silent))
      .when(by('ann', 2), publish)
      .then([published('ann', 'new', 'microphone', true)]);
    given(...ROOM, grantsOf('ann', silent), published('ann', 'mic', 'microphone', true), grantsOf('ann', ALL_GRANTS))
      .when(by('ann', 2), unmute)
      .then([{ type: 'TrackUnmuted', participantId: 'ann', trackId: 'mic' }]);
  });

  it('[R-GRANT-4] a person without grants of their own follows the room', () => {
    const room = given(created({ grants: NOTHING }), ...ROOM.slice(1), grantsOf('ann', ALL_GRANTS));
    room.when(by('ann', 2), publish).then([published('ann', 'new')]);
    room.when(by('hal', 1), { type: 'SetGrants', participantId: 'ann', grants: ALL_GRANTS }).nothing();
    given(created({ grants: NOTHING }), ...ROOM.slice(1), grantsOf('ann', ALL_GRANTS), grantsOf('ann', null))
      .when(by('ann', 2), publish)
      .refused('NOT_GRANTED');
  });

  it('[R-ACTOR-7] only the operator revokes tokens; hosts, too, say whether the room takes guests', () => {
    const room = given(...ROOM);
    room.when(by('ann', 2), { type: 'SetGuests', guests: false }).refused('FORBIDDEN');
    room.when(by('hal', 1), { type: 'SetGuests', guests: false }).then([{ type: 'GuestsChanged', guests: false }]);
    room.when(by('hal', 1), { type: 'RevokeTokens', participantId: null }).refused('FORBIDDEN');
    room.when(OPERATOR, { type: 'SetGuests', guests: false }).then([{ type: 'GuestsChanged', guests: false }]);
  });
});
