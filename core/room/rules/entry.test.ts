import { describe, expect, it } from 'vitest';
import { admitted, banned, gone, join, knock, resume } from '../../../test/support/entering.ts';
import {
  by,
  type CommandBody,
  created,
  disconnected,
  given,
  joined,
  knocked,
  NOW,
  node,
  published,
  resumed,
  stateOf,
} from '../../../test/support/room.ts';
import { HOST_PLACES } from '../state.ts';

describe('joining', () => {
  it('a participant comes in with the role of the token and a trimmed name', () => {
    given(created())
      .when(node(), join('ann', { name: ' Ann ', role: 'guest' }))
      .then([joined('ann', 1, { name: 'Ann', role: 'guest' })]);
  });

  it('[R-JOIN-1] a session is above the one that the client had, which the journal may have lost', () => {
    const room = given(created(), joined('ann', 3));
    room.when(node(), resume('ann', 'node-1', 7)).then([resumed('ann', 8)]);
    room.when(node(), resume('ann', 'node-1', 2)).then([resumed('ann', 4)]);
    room.when(node(), join('bob', { sessionSeen: 7 })).then([joined('bob', 8)]);
  });

  it('[R-JOIN-1] no client uses the session numbers up', () => {
    const claim = resume('ann', 'node-1', Number.MAX_SAFE_INTEGER);
    given(created(), joined('ann', 3))
      .when(node(), claim)
      .then([resumed('ann', 1_000_004)]);
  });

  it('[R-JOIN-1] every join and resume takes the next session number, also after people left', () => {
    const events = [created(), joined('ann', 1), joined('bob', 2), resumed('ann', 3), gone('ann', 'left')];
    given(...events)
      .when(node(), join('ann'))
      .then([joined('ann', 4)]);
    given(...events)
      .when(node(), resume('bob', 'node-2'))
      .then([resumed('bob', 4, 'node-2')]);
  });

  it('[R-JOIN-2] a banned person cannot join, resume or knock', () => {
    const room = given(created({ lobby: true }), banned('ann'));
    room.when(node(), join('ann', { role: 'host' })).refused('BANNED');
    room.when(node(), resume('ann')).refused('BANNED');
    room.when(node(), knock('ann')).refused('BANNED');
  });

  it('[R-JOIN-3] a join is refused first for reasons that nobody can change, then for those the person can', () => {
    const door = { capacity: 1, locked: true, passwordHash: 'hash', lobby: true };
    const zoe = joined('zoe', 1);
    given(created(door), zoe).when(node(), join('ann')).refused('ROOM_FULL');
    given(created({ ...door, capacity: 2 }), zoe)
      .when(node(), join('ann'))
      .refused('ROOM_LOCKED');
    const unlocked = given(created({ ...door, capacity: 2, locked: false }), zoe);
    unlocked.when(node(), join('ann')).refused('PASSWORD_REQUIRED');
    unlocked.when(node(), join('ann', { passwordVerifiedFor: 'other' })).refused('PASSWORD_WRONG');
    unlocked.when(node(), join('ann', { passwordVerifiedFor: 'hash' })).refused('LOBBY');
  });

  it('[R-JOIN-4] disconnected participants keep their places, and some hosts enter a full room', () => {
    const room = [created({ capacity: 1 }), joined('ann', 1), disconnected('ann', 1)];
    given(...room)
      .when(node(), join('bob'))
      .refused('ROOM_FULL');
    given(...room)
      .when(node(), join('hal', { role: 'host' }))
      .then([joined('hal', 2, { role: 'host' })]);
    const hosts = Array.from({ length: HOST_PLACES }, (_, n) => joined(`hal-${n}`, 2 + n, { role: 'host' }));
    given(...room, ...hosts)
      .when(node(), join('hal', { role: 'host' }))
      .refused('ROOM_FULL');
  });

  it('[R-JOIN-8] a role that a host gave outlives leaving, whatever the token says', () => {
    const left = [created({ locked: true }), joined('hal', 1, { role: 'host' }), joined('eve', 2, { role: 'host' })];
    const demoted = [
      ...left,
      { type: 'RoleChanged', participantId: 'eve', role: 'member' },
      gone('eve', 'left'),
    ] as const;
    given(...demoted)
      .when(node(), join('eve', { role: 'host' }))
      .refused('ROOM_LOCKED');
    given(...demoted, { type: 'LockChanged', locked: false })
      .when(node(), join('eve', { role: 'host' }))
      .then([joined('eve', 3)]);
    given(...demoted, { type: 'RoleChanged', participantId: 'eve', role: 'host' })
      .when(node(), join('eve'))
      .then([joined('eve', 3, { role: 'host' })]);
  });

  it('[R-JOIN-5] hosts and admitted people pass lock and lobby', () => {
    const room = given(created({ locked: true, lobby: true }), knocked('ann'), admitted('ann'));
    room.when(node(), join('ann')).then([joined('ann', 1)]);
    room.when(node(), join('hal', { role: 'host' })).then([joined('hal', 1, { role: 'host' })]);
  });

  it('[R-JOIN-5] hosts and admitted people do not pass the password', () => {
    const room = given(created({ lobby: true, passwordHash: 'hash' }), knocked('ann'), admitted('ann'));
    room.when(node(), join('ann')).refused('PASSWORD_REQUIRED');
    room.when(node(), join('hal', { role: 'host' })).refused('PASSWORD_REQUIRED');
  });

  it('[R-JOIN-6] a password verified against an older hash is wrong', () => {
    const room = given(created({ passwordHash: 'old' }), { type: 'PasswordChanged', passwordHash: 'new' });
    room.when(node(), join('ann', { passwordVerifiedFor: 'old' })).refused('PASSWORD_WRONG');
    room.when(node(), join('ann', { passwordVerifiedFor: 'new' })).then([joined('ann', 1)]);
  });

  it('[R-JOIN-7] a second join takes over despite lock, capacity and password, and keeps what is recorded', () => {
    const events = [
      created({ capacity: 1, locked: true, lobby: true, passwordHash: 'hash' }),
      joined('ann', 1, { role: 'host' }),
      published('ann', 'mic', 'microphone', true),
    ];
    given(...events)
      .when(node('node-2'), join('ann', { nodeId: 'node-2', name: 'Anna', role: 'guest' }))
      .then([resumed('ann', 2, 'node-2')]);

    const ann = stateOf(...events, resumed('ann', 2, 'node-2')).participants.get('ann');
    expect(ann).toMatchObject({ name: 'ann', role: 'host', session: 2, nodeId: 'node-2', connected: true });
    expect(ann?.tracks.get('mic')?.muted).toBe(true);
  });

  it('[R-JOIN-8] nobody becomes host automatically when the last host leaves', () => {
    given(created(), joined('hal', 1, { role: 'host' }), joined('ann', 2))
      .when(by('hal', 1), { type: 'LeaveRoom' })
      .then([gone('hal', 'left')]);
  });

  it('[R-JOIN-9] joining ends the knock', () => {
    const state = stateOf(
      created({ lobby: true }),
      knocked('ann'),
      { type: 'LobbyChanged', lobby: false },
      joined('ann', 1),
    );
    expect([...state.lobby.keys()]).toEqual([]);
  });

  it('[R-INPUT-1] [R-INPUT-2] a bad id or name is refused', () => {
    given(created())
      .when(node(), join('', { name: 'Ann' }))
      .refused('INVALID');
    given(created())
      .when(node(), join('ann', { name: '\u200b' }))
      .refused('INVALID');
  });
});

describe('resuming', () => {
  const events = [
    created({ capacity: 2, locked: true }),
    joined('ann', 1, { role: 'host' }),
    joined('bob', 2),
    published('ann', 'mic', 'microphone', true),
    { type: 'HandRaised', participantId: 'ann', at: NOW },
    disconnected('ann', 1),
  ] as const;

  it('[R-RESUME-1] resuming works in a full and locked room and keeps what the participant had', () => {
    given(...events)
      .when(node('node-2'), resume('ann', 'node-2'))
      .then([resumed('ann', 3, 'node-2')]);
    const before = stateOf(...events).participants.get('ann');
    expect(stateOf(...events, resumed('ann', 3, 'node-2')).participants.get('ann')).toEqual({
      ...before,
      session: 3,
      sessionCommandId: 'command-7',
      nodeId: 'node-2',
      connected: true,
      expiresAt: null,
    });
  });

  it('[R-RESUME-2] resuming needs the participant still in the room', () => {
    given(...events, gone('ann', 'expired'))
      .when(node(), resume('ann'))
      .refused('NOT_IN_ROOM');
  });
});

describe('going', () => {
  const disconnect = (participantId: string, session: number): CommandBody => ({
    type: 'DisconnectParticipant',
    participantId,
    session,
  });

  it('[R-GONE-1] a disconnect counts for exactly its session, once', () => {
    const room = given(created(), joined('ann', 1), resumed('ann', 2));
    room.when(node(), disconnect('ann', 1)).nothing();
    room.when(node(), disconnect('bob', 1)).nothing();
    room.when(node(), disconnect('ann', 2)).then([disconnected('ann', 2)]);
    given(created(), joined('ann', 1), disconnected('ann', 1)).when(node(), disconnect('ann', 1)).nothing();
  });

  it('[R-GONE-2] the time to come back is the room’s', () => {
    given(created({ graceMs: 5_000 }), joined('ann', 1))
      .when(node(), disconnect('ann', 1), { now: NOW + 7 })
      .then([disconnected('ann', 1, NOW + 5_007)]);
  });

  it('[R-GONE-3] a node that is gone ends its connections and knocks, and no others', () => {
    given(
      created({ lobby: true }),
      joined('ann', 1, { nodeId: 'node-1' }),
      joined('bob', 2, { nodeId: 'node-2' }),
      joined('eve', 3, { nodeId: 'node-1' }),
      disconnected('eve', 3, NOW + 1),
      knocked('joe', 'node-1'),
      knocked('kim', 'node-2'),
    )
      .when(node('node-2'), { type: 'DisconnectNode', nodeId: 'node-1' })
      .then([disconnected('ann', 1), { type: 'KnockWithdrawn', participantId: 'joe' }]);
  });

  it('[R-GONE-4] participants whose time is up expire together', () => {
    const room = given(
      created(),
      joined('ann', 1),
      joined('bob', 2),
      joined('eve', 3),
      joined('kim', 4),
      disconnected('ann', 1, NOW + 10),
      disconnected('bob', 2, NOW + 20),
      disconnected('eve', 3, NOW + 30),
    );
    const expire: CommandBody = { type: 'ExpireParticipants' };
    room.when(node(), expire, { now: NOW + 9 }).nothing();
    const at = NOW + 20;
    room.when(node(), expire, { now: at }).then([
      { type: 'ParticipantGone', participantId: 'ann', departure: 'expired', at },
      { type: 'ParticipantGone', participantId: 'bob', departure: 'expired', at },
    ]);
  });

  it('[R-GONE-5] the tracks and hand of a leaving participant go too, and the messages stay', () => {
    const state = stateOf(
      created(),
      joined('ann', 1),
      published('ann', 'mic'),
      { type: 'ChatPosted', messageId: 'm', participantId: 'ann', name: 'ann', text: 'bye', at: NOW },
      gone('ann', 'left'),
      joined('ann', 2),
    );
    expect(state.participants.get('ann')).toMatchObject({ handRaisedAt: null, tracks: new Map() });
    expect(state.chat).toHaveLength(1);
  });
});
