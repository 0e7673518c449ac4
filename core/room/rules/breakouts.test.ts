import { describe, expect, it } from 'vitest';
import {
  by,
  type CommandBody,
  created,
  given,
  joined,
  NOW,
  node,
  OPERATOR,
  posted,
  published,
  stateOf,
} from '../../../test/support/room.ts';
import { bansToMove, breakoutDuties } from '../breakoutDuties.ts';
import { LONGEST_BREAKOUTS_MS } from '../breakouts.ts';
import type { RoomEvent } from '../events.ts';
import { ALL_GRANTS, type Grants, type Role } from '../state.ts';

const ROOM = [created(), joined('ann', 1), joined('bob', 2), joined('hal', 3, { role: 'host' })];
const HAL = by('hal', 3);
const ANN = by('ann', 1);
const ROOMS = [
  { id: 'r1', name: 'One' },
  { id: 'r2', name: 'Two' },
];
const open: CommandBody & { type: 'OpenBreakouts' } = {
  type: 'OpenBreakouts',
  breakoutsId: 'b',
  rooms: ROOMS,
  free: false,
  durationMs: 1_000,
  assigned: [
    { participantId: 'ann', roomId: 'r1' },
    { participantId: 'gone', roomId: 'r1' },
    { participantId: 'bob', roomId: 'nowhere' },
  ],
};
const opened = (change: Partial<Extract<RoomEvent, { type: 'BreakoutsOpened' }>> = {}): RoomEvent => ({
  type: 'BreakoutsOpened',
  id: 'b',
  rooms: ROOMS,
  free: false,
  endsAt: NOW + 1_000,
  assigned: [{ participantId: 'ann', roomId: 'r1' }],
  at: NOW,
  ...change,
});
const entered = (participantId: string, roomId = 'r1'): RoomEvent => ({
  type: 'BreakoutEntered',
  participantId,
  roomId,
});
const enter = (roomId: string): CommandBody => ({ type: 'EnterBreakout', roomId });

describe('breakout rooms', () => {
  it('[R-BREAKOUT-1] hosts open them, for those who are there', () => {
    const room = given(...ROOM);
    room.when(HAL, open).then([opened()]);
    room.when(OPERATOR, { ...open, durationMs: null }).then([opened({ endsAt: null })]);
    room.when(ANN, open).refused('FORBIDDEN');
    room.when(HAL, { ...open, rooms: [] }).refused('INVALID');
    room.when(HAL, { ...open, rooms: [...ROOMS, { id: 'r1', name: 'Again' }] }).refused('INVALID');
    room.when(HAL, { ...open, rooms: [{ id: 'r1', name: ' ' }] }).refused('INVALID');
    const many = Array.from({ length: 51 }, (_, index) => ({ id: `r${index}`, name: 'x' }));
    room.when(HAL, { ...open, rooms: many }).refused('INVALID');
    room.when(HAL, { ...open, durationMs: LONGEST_BREAKOUTS_MS + 1 }).refused('INVALID');
    room.when(HAL, { ...open, durationMs: 0 }).refused('INVALID');
    given(...ROOM, opened())
      .when(HAL, open)
      .refused('INVALID');
    const within = created({ breakoutOf: { roomId: 'main', breakoutsId: 'b' } });
    given(within, joined('hal', 3, { role: 'host' }))
      .when(HAL, open)
      .refused('INVALID');
  });

  it('[R-BREAKOUT-1] hosts move people, prolong and end them', () => {
    const room = given(...ROOM, opened());
    const assign = (participantId: string, roomId: string | null): CommandBody => {
      return { type: 'AssignBreakout', participantId, roomId };
    };
    room.when(HAL, assign('bob', 'r2')).then([{ type: 'BreakoutAssigned', participantId: 'bob', roomId: 'r2' }]);
    room.when(HAL, assign('ann', null)).then([{ type: 'BreakoutAssigned', participantId: 'ann', roomId: null }]);
    room.when(HAL, assign('ann', 'r1')).nothing();
    room.when(HAL, assign('ann', 'r9')).refused('INVALID');
    room.when(HAL, assign('zoe', 'r1')).refused('PARTICIPANT_NOT_FOUND');
    room.when(ANN, assign('ann', 'r2')).refused('FORBIDDEN');
    room.when(HAL, { type: 'SetBreakoutsEnd', endsAt: NOW + 9 }).then([{ type: 'BreakoutsChanged', endsAt: NOW + 9 }]);
    room.when(HAL, { type: 'SetBreakoutsEnd', endsAt: NOW + 1_000 }).nothing();
    room.when(HAL, { type: 'SetBreakoutsEnd', endsAt: NOW }).refused('INVALID');
    room.when(ANN, { type: 'SetBreakoutsEnd', endsAt: null }).refused('FORBIDDEN');
    room.when(HAL, { type: 'EndBreakouts' }).then([{ type: 'BreakoutsEnded', at: NOW }]);
    room.when(ANN, { type: 'EndBreakouts' }).refused('FORBIDDEN');
    given(...ROOM)
      .when(HAL, { type: 'EndBreakouts' })
      .nothing();
  });

  it('[R-BREAKOUT-2] they end at their time, and not before', () => {
    const room = given(...ROOM, opened());
    room.when(node(), { type: 'EndDueBreakouts' }, { now: NOW + 999 }).nothing();
    room
      .when(node(), { type: 'EndDueBreakouts' }, { now: NOW + 1_000 })
      .then([{ type: 'BreakoutsEnded', at: NOW + 1_000 }]);
    room.when(HAL, { type: 'EndDueBreakouts' }, { now: NOW + 1_000 }).refused('FORBIDDEN');
    given(...ROOM, opened({ endsAt: null }))
      .when(node(), { type: 'EndDueBreakouts' }, { now: NOW + LONGEST_BREAKOUTS_MS })
      .nothing();
  });

  it('[R-BREAKOUT-3] people go where they are assigned or choose, and nobody gets in who is not there', () => {
    const room = given(...ROOM, opened());
    room.when(ANN, enter('r1')).then([entered('ann')]);
    room.when(ANN, enter('r2')).refused('FORBIDDEN');
    room.when(ANN, enter('r9')).refused('INVALID');
    room.when(HAL, enter('r2')).then([entered('hal', 'r2')]);
    given(...ROOM, opened({ free: true }))
      .when(by('bob', 2), enter('r2'))
      .then([entered('bob', 'r2')]);
    given(...ROOM)
      .when(ANN, enter('r1'))
      .refused('INVALID');

    const confirm = (participantId: string, roomId: string): CommandBody => {
      return { type: 'ConfirmBreakout', participantId, roomId };
    };
    const inside = given(...ROOM, opened(), entered('ann'));
    inside.when(ANN, enter('r1')).nothing();
    inside.when(node(), confirm('ann', 'r1')).nothing();
    inside.when(node(), confirm('ann', 'r2')).refused('NOT_IN_ROOM');
    inside.when(node(), confirm('bob', 'r1')).refused('NOT_IN_ROOM');
    inside.when(ANN, confirm('ann', 'r1')).refused('FORBIDDEN');
    inside.when(ANN, { type: 'LeaveBreakout' }).then([{ type: 'BreakoutLeft', participantId: 'ann' }]);
    room.when(ANN, { type: 'LeaveBreakout' }).nothing();
  });

  it('[R-BREAKOUT-4] whoever goes keeps the place and publishes nothing in the main room any more', () => {
    given(...ROOM, opened(), published('ann', 'mic'))
      .when(ANN, enter('r1'))
      .then([{ type: 'TrackUnpublished', participantId: 'ann', trackId: 'mic' }, entered('ann')]);
    const gone: RoomEvent = { type: 'ParticipantGone', participantId: 'ann', departure: 'removed', at: NOW };
    const before = stateOf(...ROOM, opened(), entered('ann'));
    expect(before.participants.has('ann')).toBe(true);
    expect(before.breakouts?.places.get('ann')).toEqual({ participantId: 'ann', assigned: 'r1', inside: 'r1' });
    expect(stateOf(...ROOM, opened(), entered('ann'), gone).breakouts?.places.size).toBe(0);
  });

  it('[R-BREAKOUT-5] a breakout room follows the record of its main room', () => {
    const breakoutOf = { roomId: 'main', breakoutsId: 'b' };
    const within = [created({ breakoutOf }), joined('ann', 1), joined('bob', 2)];
    const room = stateOf(...within);
    const main = [...ROOM, opened(), entered('ann')];
    const callBob = { type: 'CallBack', participantId: 'bob' } as const;
    expect(breakoutDuties('r1', room, stateOf(...main))).toEqual([callBob]);
    expect(breakoutDuties('r1', room, stateOf(...main, entered('bob')))).toEqual([]);
    const close = [{ type: 'CloseBreakout', unless: null }];
    expect(breakoutDuties('r1', room, stateOf(...main, { type: 'BreakoutsEnded', at: NOW }))).toEqual(close);
    expect(breakoutDuties('r1', room, stateOf(...main, { type: 'RoomClosed', at: NOW }))).toEqual(close);
    expect(breakoutDuties('r1', room, stateOf(...ROOM, opened({ id: 'next' })))).toEqual([
      { type: 'CloseBreakout', unless: 'next' },
    ]);
    expect(breakoutDuties('r1', stateOf(...ROOM), stateOf(...main))).toEqual([]);

    const gone: RoomEvent = { type: 'ParticipantGone', participantId: 'bob', departure: 'left', at: NOW };
    given(...within)
      .when(node(), callBob)
      .then([gone]);
    given(...within, gone)
      .when(node(), callBob)
      .nothing();
    given(...within)
      .when(node(), { type: 'CloseBreakout', unless: 'b' })
      .nothing();
    given(...within)
      .when(node(), { type: 'CloseBreakout', unless: null })
      .then([{ type: 'RoomClosed', at: NOW }]);
    // No node closes or empties another room by these.
    given(...ROOM)
      .when(node(), callBob)
      .nothing();
    given(...ROOM)
      .when(node(), { type: 'CloseBreakout', unless: null })
      .nothing();
    given(...within)
      .when(ANN, callBob)
      .refused('FORBIDDEN');
  });

  it('[R-BREAKOUT-7] a breakout room has the hosts and the grants of its main room, at once', () => {
    const within = [created({ breakoutOf: { roomId: 'main', breakoutsId: 'b' } }), joined('ann', 1), joined('hal', 2)];
    const main = [...ROOM, opened(), entered('ann'), entered('hal')];
    const promoted: RoomEvent = { type: 'RoleChanged', participantId: 'ann', role: 'host' };
    const follow = (participantId: string, role: Role, grants: Grants | null = null) => {
      return { type: 'FollowParticipant', participantId, role, grants } as const;
    };
    expect(breakoutDuties('r1', stateOf(...within), stateOf(...main, promoted))).toEqual([
      follow('ann', 'host'),
      follow('hal', 'host'),
    ]);
    const room = given(...within, promoted, published('ann', 'screen', 'screen'));
    room.when(node(), follow('ann', 'host')).nothing();
    const demoted: RoomEvent = { type: 'RoleChanged', participantId: 'ann', role: 'member' };
    room.when(node(), follow('ann', 'member')).then([demoted]);
    room.when(node(), follow('gone', 'host')).nothing();
    room.when(by('ann', 1), follow('ann', 'host')).refused('FORBIDDEN');
    // Nobody else changes roles there, and who comes again comes as the main room says.
    room.when(by('ann', 1), { type: 'SetRole', participantId: 'hal', role: 'host' }).refused('INVALID');
    given(...ROOM)
      .when(node(), follow('ann', 'host'))
      .nothing();
    const again = given(...within, promoted, {
      type: 'ParticipantGone',
      participantId: 'ann',
      departure: 'left',
      at: NOW,
    });
    const join = { type: 'JoinRoom', participantId: 'ann', name: 'ann', role: 'member', nodeId: 'node-1' } as const;
    again.when(node(), { ...join, passwordVerifiedFor: null }).then([joined('ann', 3)]);

    const silent: Grants = { ...ALL_GRANTS, chat: false, sources: ['microphone'] };
    const hosts = [...main, { type: 'RoleChanged', participantId: 'hal', role: 'member' } as const];
    for (const restricted of [
      { type: 'GrantsChanged', participantId: 'ann', grants: silent },
      { type: 'RoomGrantsChanged', grants: silent },
    ] satisfies RoomEvent[]) {
      const [duty] = breakoutDuties('r1', stateOf(...within), stateOf(...hosts, restricted));
      expect(duty).toEqual(follow('ann', 'member', silent));
    }
    room
      .when(node(), follow('ann', 'member', silent))
      .then([
        demoted,
        { type: 'GrantsChanged', participantId: 'ann', grants: silent },
        { type: 'TrackUnpublished', participantId: 'ann', trackId: 'screen' },
      ]);
    room.when(OPERATOR, { type: 'SetGrants', participantId: 'ann', grants: null }).refused('INVALID');
    room.when(OPERATOR, { type: 'SetRoomGrants', grants: silent }).refused('INVALID');
  });

  it('[R-BREAKOUT-9] a breakout room has the settings of its main room, at once', () => {
    const breakoutOf = { roomId: 'main', breakoutsId: 'b' };
    const within = [
      created({ breakoutOf }),
      joined('ann', 1),
      { type: 'RecordingBegun', participantId: 'ann', at: NOW },
    ];
    const main = [...ROOM, opened(), entered('ann')];
    const room = within as RoomEvent[];
    expect(breakoutDuties('r1', stateOf(...room), stateOf(...main))).toEqual([]);
    const bounds = { pageSize: 9, lastN: 4, loudestN: null, lastScreens: null };
    const changes: RoomEvent[] = [
      { type: 'ReencodingPolicyChanged', policy: { mode: 'on' } },
      { type: 'HotStandbyChanged', hotStandby: 'on' },
      { type: 'JoinMutedChanged', joinMuted: true },
      { type: 'PrivateChatChanged', privateChat: false },
      { type: 'FilesAllowedChanged', filesAllowed: false },
      { type: 'MediaBoundsChanged', bounds },
    ];
    const allowed: RoomEvent = { type: 'RecordingAllowedChanged', recordingAllowed: false };
    const [duty, ...others] = breakoutDuties('r1', stateOf(...room), stateOf(...main, ...changes, allowed));
    if (duty?.type !== 'FollowSettings') throw new Error('the settings are not followed');
    expect(others).toEqual([]);
    const ended: RoomEvent = { type: 'RecordingEnded', participantId: 'ann' };
    given(...room)
      .when(node(), duty)
      .then([allowed, ended, ...changes]);
    given(...room, allowed, ended, ...changes)
      .when(node(), duty)
      .nothing();
    given(...ROOM)
      .when(node(), duty)
      .nothing();
    given(...room)
      .when(ANN, duty)
      .refused('FORBIDDEN');
    // The doors of a breakout room are its own: what holds in the meeting is changed in the main room.
    given(...room)
      .when(OPERATOR, { type: 'SetPrivateChat', privateChat: false })
      .refused('INVALID');
    given(...room)
      .when(OPERATOR, { type: 'SetRecordingAllowed', recordingAllowed: false })
      .refused('INVALID');
    given(...room)
      .when(OPERATOR, { type: 'SetLocked', locked: true })
      .then([{ type: 'LockChanged', locked: true }]);
  });

  it('[R-BREAKOUT-8] a ban in a breakout room moves to the main room, which knows the account', () => {
    const ban = { type: 'ParticipantBanned', participantId: 'ann' } as const;
    const within = [created({ breakoutOf: { roomId: 'main', breakoutsId: 'b' } }), joined('hal', 1), ban];
    const main = [...ROOM, opened(), entered('ann')];
    expect(bansToMove(stateOf(...within), stateOf(...main))).toEqual(['ann']);
    expect(bansToMove(stateOf(...within), stateOf(...main, { type: 'RoomClosed', at: NOW }))).toEqual([]);
    expect(bansToMove(stateOf(...ROOM, ban), stateOf(...main))).toEqual([]);

    const take = { type: 'BanFromBreakout', participantId: 'ann' } as const;
    const meeting = given(...main);
    meeting.when(node(), take).then([
      { ...ban, name: 'ann' },
      { type: 'ParticipantGone', participantId: 'ann', departure: 'banned', at: NOW },
    ]);
    meeting.when(HAL, take).refused('FORBIDDEN');

    const lift = { type: 'LiftMovedBan', participantId: 'ann' } as const;
    const room = given(...within);
    room.when(node(), lift).then([{ type: 'ParticipantUnbanned', participantId: 'ann' }]);
    room.when(HAL, lift).refused('FORBIDDEN');
    // A main room keeps its bans.
    given(...main, ban)
      .when(node(), lift)
      .nothing();
  });

  it('[R-BREAKOUT-6] hosts announce something to everybody', () => {
    const announce: CommandBody = { type: 'PostChat', messageId: 'm', text: 'Five more minutes', announcement: true };
    const room = given(...ROOM);
    room.when(HAL, announce).then([{ ...posted('hal', 'm', 'Five more minutes'), announcement: true } as RoomEvent]);
    room.when(ANN, announce).refused('FORBIDDEN');
    room.when(HAL, { ...announce, to: 'ann' }).refused('INVALID');
    const [message] = stateOf(...ROOM, { ...posted('hal', 'm'), announcement: true } as RoomEvent).chat;
    expect(message?.announcement).toBe(true);
  });
});
