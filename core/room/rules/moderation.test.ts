import { describe, expect, it } from 'vitest';
import {
  by,
  type CommandBody,
  created,
  given,
  joined,
  knocked,
  NOW,
  OPERATOR,
  posted,
  stateOf,
} from '../../../test/support/room.ts';
import type { RoomEvent } from '../events.ts';
import { ADDRESS_BAN_MS, type Role } from '../state.ts';

const setRole = (participantId: string, role: Role): CommandBody => ({ type: 'SetRole', participantId, role });
const removal = (participantId: string): CommandBody => ({ type: 'RemoveParticipant', participantId });
const ban = (participantId: string): CommandBody => ({ type: 'Ban', participantId });
const banned = (participantId: string): RoomEvent => ({ type: 'ParticipantBanned', participantId });
const gone = (participantId: string, departure: 'removed' | 'banned'): RoomEvent => ({
  type: 'ParticipantGone',
  participantId,
  departure,
  at: NOW,
});

const ROOM = [created({ lobby: true }), joined('ann', 1), joined('hal', 2, { role: 'host' })];
const TWO_HOSTS = [...ROOM, joined('ida', 3, { role: 'host' })];
const HAL = by('hal', 2);

describe('moderation', () => {
  it('[R-MOD-6] a host shows somebody in the room to everybody, until the spotlight moves or they go', () => {
    const spotlight = (participantId: string | null): CommandBody => ({ type: 'SetSpotlight', participantId });
    const onAnn: RoomEvent = { type: 'SpotlightChanged', participantId: 'ann' };
    given(...ROOM)
      .when(HAL, spotlight('ann'))
      .then([onAnn]);
    given(...ROOM, onAnn)
      .when(HAL, spotlight('ann'))
      .nothing();
    given(...ROOM, onAnn)
      .when(HAL, spotlight(null))
      .then([{ type: 'SpotlightChanged', participantId: null }]);
    given(...ROOM)
      .when(HAL, spotlight('eve'))
      .refused('PARTICIPANT_NOT_FOUND');
    given(...ROOM)
      .when(by('ann', 1), spotlight('ann'))
      .refused('FORBIDDEN');
    expect(stateOf(...ROOM, onAnn).spotlight).toBe('ann');
    expect(stateOf(...ROOM, onAnn, gone('ann', 'removed')).spotlight).toBeNull();
    expect(stateOf(...ROOM, onAnn, { type: 'RoomClosed', at: NOW }).spotlight).toBeNull();
  });

  it('[R-MOD-6] several people are shown large at once; when the first goes, the next takes the place', () => {
    const onBoth: RoomEvent = { type: 'SpotlightChanged', participantId: 'ann', others: ['hal'] };
    const both: CommandBody = { type: 'SetSpotlight', participantId: 'ann', others: ['hal', 'ann', 'hal'] };
    given(...ROOM)
      .when(HAL, both)
      .then([onBoth]);
    given(...ROOM, onBoth)
      .when(HAL, both)
      .nothing();
    given(...ROOM)
      .when(HAL, { ...both, others: ['eve'] })
      .refused('PARTICIPANT_NOT_FOUND');
    given(...ROOM)
      .when(HAL, { ...both, others: ['a', 'b', 'c', 'd', 'e', 'f'] })
      .refused('INVALID');
    expect(stateOf(...ROOM, onBoth)).toMatchObject({ spotlight: 'ann', alsoSpotlit: ['hal'] });
    expect(stateOf(...ROOM, onBoth, gone('ann', 'removed'))).toMatchObject({ spotlight: 'hal', alsoSpotlit: [] });
    expect(stateOf(...ROOM, onBoth, gone('hal', 'removed'))).toMatchObject({ spotlight: 'ann', alsoSpotlit: [] });
  });

  it('[R-MOD-9] a layout of the hosts is for everybody until they change it', () => {
    const layout = (layout: 'tiles' | 'speaker' | null): CommandBody => ({ type: 'SetLayout', layout });
    const speaker: RoomEvent = { type: 'LayoutChanged', layout: 'speaker', at: 7 };
    given(...ROOM)
      .when(HAL, layout('speaker'), { now: 7 })
      .then([speaker]);
    given(...ROOM)
      .when(HAL, layout(null))
      .nothing();
    given(...ROOM)
      .when(by('ann', 1), layout('tiles'))
      .refused('FORBIDDEN');
    given(...ROOM, speaker)
      .when(HAL, layout('speaker'))
      .nothing();
    expect(stateOf(...ROOM, speaker).layout).toEqual({ layout: 'speaker', at: 7 });
    expect(stateOf(...ROOM, speaker, { type: 'LayoutChanged', layout: null, at: 8 }).layout).toBeNull();
  });

  it('[R-MOD-1] the last host stays host', () => {
    given(...ROOM)
      .when(HAL, setRole('hal', 'member'))
      .refused('INVALID');
    given(...ROOM)
      .when(OPERATOR, setRole('hal', 'member'))
      .refused('INVALID');
    given(...TWO_HOSTS)
      .when(HAL, setRole('hal', 'member'))
      .then([{ type: 'RoleChanged', participantId: 'hal', role: 'member' }]);
  });

  it('[R-MOD-2] nobody removes or bans themself', () => {
    given(...TWO_HOSTS)
      .when(HAL, removal('hal'))
      .refused('INVALID');
    given(...TWO_HOSTS)
      .when(HAL, ban('hal'))
      .refused('INVALID');
  });

  it('[R-MOD-3] hosts may demote, remove and ban each other', () => {
    const room = given(...TWO_HOSTS);
    room.when(HAL, setRole('ida', 'guest')).then([{ type: 'RoleChanged', participantId: 'ida', role: 'guest' }]);
    room.when(HAL, removal('ida')).then([gone('ida', 'removed')]);
    room.when(HAL, ban('ida')).then([{ ...banned('ida'), name: 'ida' } as RoomEvent, gone('ida', 'banned')]);
  });

  it('[R-MOD-4] a ban keeps out people who are inside, in the lobby or not there at all', () => {
    given(...ROOM)
      .when(HAL, ban('ann'))
      .then([{ ...banned('ann'), name: 'ann' } as RoomEvent, gone('ann', 'banned')]);
    given(...ROOM)
      .when(HAL, ban('zoe'))
      .then([banned('zoe')]);
    given(...ROOM)
      .when(HAL, ban(''))
      .refused('INVALID');
    given(...ROOM, banned('zoe'))
      .when(HAL, ban('zoe'))
      .nothing();

    const state = stateOf(
      ...ROOM,
      knocked('joe'),
      { type: 'ParticipantAdmitted', participantId: 'joe' },
      knocked('joe'),
      banned('joe'),
    );
    expect([state.lobby.size, state.admitted.size, [...state.banned]]).toEqual([0, 0, ['joe']]);
  });

  it('[R-MOD-4] lifting a ban gives back nothing else', () => {
    const unban: CommandBody = { type: 'Unban', participantId: 'zoe' };
    given(...ROOM)
      .when(HAL, unban)
      .nothing();
    given(...ROOM, banned('zoe'))
      .when(HAL, unban)
      .then([{ type: 'ParticipantUnbanned', participantId: 'zoe' }]);
  });

  it('[R-MOD-8] the operator erases somebody from a room that was closed, too', () => {
    const erased: RoomEvent = { type: 'ParticipantErased', participantId: 'ann', at: NOW };
    const said = { ...posted('ann', 'm1'), type: 'ChatPosted' } as RoomEvent;
    const closed = [...ROOM, said, posted('hal', 'm2'), { type: 'RoomClosed', at: NOW }] as const;
    given(...closed)
      .when(OPERATOR, { type: 'EraseParticipant', participantId: 'ann' })
      .then([erased]);
    const { attendance, chat, status } = stateOf(...closed, erased);
    expect([status, chat.map(({ id }) => id), attendance.has('ann')]).toEqual(['closed', ['m2'], false]);
  });

  it('[R-MOD-8] the operator erases somebody, and what remains is a ban without a name', () => {
    const erased: RoomEvent = { type: 'ParticipantErased', participantId: 'ann', at: NOW };
    given(...ROOM)
      .when(OPERATOR, { type: 'EraseParticipant', participantId: 'ann' })
      .then([gone('ann', 'removed'), erased]);
    given(...ROOM, gone('ann', 'removed'))
      .when(OPERATOR, { type: 'EraseParticipant', participantId: 'ann' })
      .then([erased]);
    given(...ROOM)
      .when(HAL, { type: 'EraseParticipant', participantId: 'ann' })
      .refused('FORBIDDEN');

    const said = (participantId: string): RoomEvent => ({
      type: 'ChatPosted',
      messageId: `of ${participantId}`,
      participantId,
      name: `Name of ${participantId}`,
      text: 'hello',
      at: NOW,
    });
    const ban: RoomEvent = { type: 'ParticipantBanned', participantId: 'ann', name: 'Name of ann', device: 'd' };
    const after = stateOf(...ROOM, said('ann'), said('hal'), ban, gone('ann', 'banned'), erased);
    expect(after.chat.map(({ participantId }) => participantId)).toEqual(['hal']);
    expect(after.bans.get('ann')).toMatchObject({ name: null, device: 'd' });
    expect(JSON.stringify([...after.bans.values(), ...after.chat])).not.toContain('Name of ann');
  });

  it('[R-MOD-7] a room that keeps 1,000 people out bans nobody else until a ban is lifted', () => {
    const bans = Array.from({ length: 1_000 }, (_, n) => banned(`zoe-${n}`));
    given(...ROOM, ...bans)
      .when(HAL, ban('ann'))
      .refused('TOO_MANY_BANS');
    given(...ROOM, ...bans)
      .when(HAL, ban('zoe-7'))
      .nothing();
    given(...ROOM, ...bans, { type: 'ParticipantUnbanned', participantId: 'zoe-7' })
      .when(HAL, ban('ann'))
      .then([{ ...banned('ann'), name: 'ann' } as RoomEvent, gone('ann', 'banned')]);
  });

  it('[R-MOD-5] moderation needs the participant in the room', () => {
    given(...ROOM)
      .when(HAL, removal('zoe'))
      .refused('PARTICIPANT_NOT_FOUND');
    given(...ROOM)
      .when(HAL, setRole('zoe', 'host'))
      .refused('PARTICIPANT_NOT_FOUND');
    given(...ROOM)
      .when(HAL, setRole('ann', 'member'))
      .nothing();
    given(...ROOM)
      .when(OPERATOR, setRole('zoe', 'host'))
      .then([{ type: 'RoleChanged', participantId: 'zoe', role: 'host' }]);
  });

  it('[R-BAN-2] a ban spares the browser and the address of others in the room', () => {
    const from = (id: string, session: number, device: string, address: string): RoomEvent =>
      ({ ...joined(id, session, id === 'hal' ? { role: 'host' } : {}), device, address }) as RoomEvent;
    const eve = from('eve', 1, 'eves', 'cafe');
    const addressUntil = NOW + ADDRESS_BAN_MS;
    given(created(), eve, from('hal', 2, 'hals', 'home'))
      .when(HAL, ban('eve'))
      .then([
        { type: 'ParticipantBanned', participantId: 'eve', name: 'eve', device: 'eves', address: 'cafe', addressUntil },
        gone('eve', 'banned'),
      ]);
    given(created(), eve, from('hal', 2, 'eves', 'cafe'))
      .when(HAL, ban('eve'))
      .then([{ type: 'ParticipantBanned', participantId: 'eve', name: 'eve' }, gone('eve', 'banned')]);
  });

  it('[R-LOBBY-13] denying all denies everybody who waits', () => {
    given(...ROOM, knocked('joe'), knocked('kim'))
      .when(HAL, { type: 'DenyAll' })
      .then([
        { type: 'ParticipantDenied', participantId: 'joe' },
        { type: 'ParticipantDenied', participantId: 'kim' },
      ]);
    given(...ROOM)
      .when(HAL, { type: 'DenyAll' })
      .nothing();
  });

  it('[R-LOBBY-6] only a person who waits can be admitted', () => {
    const admit = (participantId: string): CommandBody => ({ type: 'Admit', participantId });
    const admitted: RoomEvent = { type: 'ParticipantAdmitted', participantId: 'joe' };
    given(...ROOM, knocked('joe'))
      .when(HAL, admit('joe'))
      .then([admitted]);
    given(...ROOM, knocked('joe'), admitted)
      .when(HAL, admit('joe'))
      .nothing();
    given(...ROOM)
      .when(HAL, admit('ann'))
      .nothing();
    given(...ROOM)
      .when(HAL, admit('zoe'))
      .refused('PARTICIPANT_NOT_FOUND');
  });

  it('[R-LOBBY-5] denying a person ends the knock', () => {
    const deny: CommandBody = { type: 'Deny', participantId: 'joe' };
    const denied: RoomEvent = { type: 'ParticipantDenied', participantId: 'joe' };
    given(...ROOM, knocked('joe'))
      .when(HAL, deny)
      .then([denied]);
    given(...ROOM)
      .when(HAL, deny)
      .nothing();
    expect(stateOf(...ROOM, knocked('joe'), denied).lobby.size).toBe(0);
  });
});
