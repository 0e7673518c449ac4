import { describe, expect, it } from 'vitest';
import {
  by,
  type CommandBody,
  created,
  given,
  joined,
  knocked,
  NOW,
  node,
  OPERATOR,
  posted,
  SETTINGS,
  stateOf,
} from '../../../test/support/room.ts';
import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { NO_MEDIA_BOUNDS } from '../state.ts';

function create(change: Partial<CommandOf<'CreateRoom'>> = {}): CommandBody {
  return {
    type: 'CreateRoom',
    name: 'Standup',
    capacity: 100,
    graceMs: 20_000,
    lobby: false,
    passwordHash: null,
    ...change,
  };
}

const closed: RoomEvent = { type: 'RoomClosed', at: NOW };
const ROOM = [created(), joined('hal', 1, { role: 'host' })];

describe('an empty room', () => {
  it('[R-ROOM-9] a node closes a room only while nobody is inside and nobody waits in the lobby', () => {
    const close: CommandBody = { type: 'CloseEmptyRoom' };
    given(created()).when(node(), close).then([closed]);
    given(...ROOM)
      .when(node(), close)
      .nothing();
    given(created({ lobby: true }), knocked('bob'))
      .when(node(), close)
      .nothing();
    given(...ROOM)
      .when(by('hal', 1), close)
      .refused('FORBIDDEN');
  });
});

describe('creating a room', () => {
  it('[R-ROOM-8] a room starts unlocked, with reencoding off', () => {
    given()
      .when(OPERATOR, create({ name: ' Standup ', lobby: true, passwordHash: 'hash' }))
      .then([created({ lobby: true, passwordHash: 'hash' })]);
    given()
      .when(OPERATOR, create({ hotStandby: 'on' }))
      .then([created({ hotStandby: 'on' })]);
  });

  it('[R-ROOM-1] an open room is not created again', () => {
    given(created()).when(node(), create()).refused('ROOM_EXISTS');
  });

  it('[R-ROOM-3] a closed room starts again, and its sessions and commands continue', () => {
    const before = [
      created({ lobby: true, passwordHash: 'old' }),
      joined('ann', 1),
      posted('ann', 'm1'),
      knocked('bob'),
      { type: 'ParticipantAdmitted', participantId: 'bob' },
      knocked('joe'),
      { type: 'ParticipantBanned', participantId: 'zoe' },
      closed,
    ] as const;
    given(...before)
      .when(node(), create())
      .then([created()]);

    const state = stateOf(...before, created());
    expect(state.settings).toEqual(SETTINGS);
    expect(state.status).toBe('open');
    expect([state.participants.size, state.lobby.size, state.admitted.size, state.banned.size]).toEqual([0, 0, 0, 0]);
    expect(state.chat).toEqual([]);
    expect(state.lastSession).toBe(1);
    expect(state.commandIds).toHaveLength(9);
  });

  it.each([
    { capacity: 0 },
    { capacity: 10_001 },
    { capacity: 1.5 },
    { mediaBounds: { pageSize: 50 } },
    { mediaBounds: { lastN: 0 } },
    { graceMs: -1 },
    { graceMs: Number.NaN },
    { graceMs: 86_400_001 },
    { name: '' },
    { passwordHash: '' },
    { passwordHash: 'a hash' },
  ])('[R-INPUT-4] [R-INPUT-5] the room settings %o are refused', (change) => {
    given().when(OPERATOR, create(change)).refused('INVALID');
  });
});

describe('settings', () => {
  it.each([
    [{ type: 'RenameRoom', name: ' Retro ' }, { type: 'RoomRenamed', name: 'Retro' }, { name: 'Retro' }],
    [{ type: 'SetLocked', locked: true }, { type: 'LockChanged', locked: true }, { locked: true }],
    [{ type: 'SetLobby', lobby: true }, { type: 'LobbyChanged', lobby: true }, { lobby: true }],
    [
      { type: 'SetHotStandby', hotStandby: 'on' },
      { type: 'HotStandbyChanged', hotStandby: 'on' },
      { hotStandby: 'on' },
    ],
    [
      { type: 'SetMediaBounds', bounds: { lastN: 9, lastScreens: 2 } },
      { type: 'MediaBoundsChanged', bounds: { ...NO_MEDIA_BOUNDS, lastN: 9, lastScreens: 2 } },
      { mediaBounds: { ...NO_MEDIA_BOUNDS, lastN: 9, lastScreens: 2 } },
    ],
    [{ type: 'SetPassword', passwordHash: 'h' }, { type: 'PasswordChanged', passwordHash: 'h' }, { passwordHash: 'h' }],
    [{ type: 'SetCapacity', capacity: 5 }, { type: 'CapacityChanged', capacity: 5 }, { capacity: 5 }],
    [
      { type: 'SetReencodingPolicy', policy: { mode: 'auto', viewers: 9 } },
      { type: 'ReencodingPolicyChanged', policy: { mode: 'auto', viewers: 9 } },
      { reencoding: { mode: 'auto', viewers: 9 } },
    ],
    [{ type: 'SetJoinMuted', joinMuted: true }, { type: 'JoinMutedChanged', joinMuted: true }, { joinMuted: true }],
    [
      { type: 'SetFilesAllowed', filesAllowed: false },
      { type: 'FilesAllowedChanged', filesAllowed: false },
      { filesAllowed: false },
    ],
    [
      { type: 'SetPrivateChat', privateChat: false },
      { type: 'PrivateChatChanged', privateChat: false },
      { privateChat: false },
    ],
  ] as const)('[R-ROOM-5] the command %o changes the room once', (body, event, settings) => {
    given(...ROOM)
      .when(by('hal', 1), body)
      .then([event]);
    given(...ROOM, event)
      .when(by('hal', 1), body)
      .nothing();
    expect(stateOf(...ROOM, event).settings).toEqual({ ...SETTINGS, ...settings });
  });

  it('[R-ROOM-5] [R-INPUT-4] a reencoding policy is compared and checked as a whole', () => {
    const set = (viewers: number): CommandBody => ({ type: 'SetReencodingPolicy', policy: { mode: 'auto', viewers } });
    const room = given(created({ reencoding: { mode: 'auto', viewers: 9 } }));
    room.when(OPERATOR, set(10)).then([{ type: 'ReencodingPolicyChanged', policy: { mode: 'auto', viewers: 10 } }]);
    room.when(OPERATOR, set(0)).refused('INVALID');
    room
      .when(OPERATOR, { type: 'SetReencodingPolicy', policy: { mode: 'on' } })
      .then([{ type: 'ReencodingPolicyChanged', policy: { mode: 'on' } }]);
  });

  it('[R-INPUT-4] [R-INPUT-5] impossible settings are refused', () => {
    given(...ROOM)
      .when(OPERATOR, { type: 'SetCapacity', capacity: 0 })
      .refused('INVALID');
    given(...ROOM)
      .when(OPERATOR, { type: 'SetPassword', passwordHash: '' })
      .refused('INVALID');
    given(...ROOM)
      .when(OPERATOR, { type: 'RenameRoom', name: '' })
      .refused('INVALID');
  });

  it('[R-ROOM-6] [R-ROOM-7] settings affect newcomers, not the people inside', () => {
    const state = stateOf(
      ...ROOM,
      joined('ann', 2),
      { type: 'CapacityChanged', capacity: 1 },
      { type: 'LockChanged', locked: true },
      { type: 'PasswordChanged', passwordHash: 'h' },
      { type: 'LobbyChanged', lobby: true },
    );
    expect([...state.participants.keys()]).toEqual(['hal', 'ann']);
  });
});
