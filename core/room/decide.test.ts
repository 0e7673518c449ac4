import { describe, expect, it } from 'vitest';
import {
  by,
  type CommandBody,
  commandOf,
  commitOf,
  created,
  disconnected,
  given,
  joined,
  NOW,
  node,
  OPERATOR,
  published,
  resumed,
  stateOf,
} from '../../test/support/room.ts';
import type { Actor } from './commands.ts';
import { decide } from './decide.ts';
import type { RoomEvent } from './events.ts';
import { evolveCommit } from './evolve.ts';
import { COMMANDS_KEPT } from './state.ts';

const CLOSED: RoomEvent = { type: 'RoomClosed', at: NOW };

const CREATE: CommandBody = {
  type: 'CreateRoom',
  name: 'Standup',
  capacity: 10,
  graceMs: 20_000,
  lobby: false,
  passwordHash: null,
};

const NODE_COMMANDS: readonly CommandBody[] = [
  { type: 'JoinRoom', participantId: 'zoe', name: 'Zoe', role: 'member', nodeId: 'node-1', passwordVerifiedFor: null },
  { type: 'ResumeSession', participantId: 'ann', nodeId: 'node-1' },
  { type: 'Knock', passwordVerifiedFor: null, participantId: 'zoe', name: 'Zoe', nodeId: 'node-1' },
  { type: 'WithdrawKnock', participantId: 'ann' },
  { type: 'DisconnectParticipant', participantId: 'ann', session: 1 },
  { type: 'DisconnectNode', nodeId: 'node-1' },
  { type: 'ExpireParticipants' },
  { type: 'CloseEmptyRoom' },
];

const OWN_COMMANDS: readonly CommandBody[] = [
  { type: 'LeaveRoom' },
  { type: 'PublishTrack', trackId: 'track', source: 'camera', muted: false },
  { type: 'SetTrackMuted', participantId: 'ann', trackId: 'mic', muted: false },
  { type: 'PostChat', messageId: 'message', text: 'hello' },
  { type: 'EditChat', messageId: 'message', text: 'hello' },
  { type: 'RaiseHand' },
  { type: 'Rename', name: 'Anna' },
];

const OWNER_OR_HOST_COMMANDS: readonly CommandBody[] = [
  { type: 'SetTrackMuted', participantId: 'ann', trackId: 'mic', muted: true },
  { type: 'UnpublishTrack', participantId: 'ann', trackId: 'mic' },
  { type: 'LowerHand', participantId: 'ann' },
  { type: 'DeleteChat', messageId: 'message' },
];

const HOST_COMMANDS: readonly CommandBody[] = [
  { type: 'SetRole', participantId: 'ann', role: 'guest' },
  { type: 'SetSpotlight', participantId: 'ann' },
  { type: 'SetGrants', participantId: 'ann', grants: { sources: [], chat: false, unmute: false } },
  { type: 'SetRoomGrants', grants: { sources: [], chat: false, unmute: false } },
  { type: 'DenyAll' },
  { type: 'RenameRoom', name: 'Retro' },
  { type: 'SetLocked', locked: true },
  { type: 'SetLobby', lobby: true },
  { type: 'SetPassword', passwordHash: 'hash' },
  { type: 'SetCapacity', capacity: 2 },
  { type: 'Admit', participantId: 'ann' },
  { type: 'Deny', participantId: 'ann' },
  { type: 'RemoveParticipant', participantId: 'ann' },
  { type: 'Ban', participantId: 'ann' },
  { type: 'Unban', participantId: 'ann' },
  { type: 'SetReencodingPolicy', policy: { mode: 'on' } },
  { type: 'SetTrackReencoding', participantId: 'ann', trackId: 'cam', wanted: true },
  { type: 'CloseRoom' },
];

const EVERY_COMMAND = [...NODE_COMMANDS, ...OWN_COMMANDS, ...OWNER_OR_HOST_COMMANDS, ...HOST_COMMANDS];
const PARTICIPANT_COMMANDS = [...OWN_COMMANDS, ...OWNER_OR_HOST_COMMANDS, ...HOST_COMMANDS];
const TIDYING = ['WithdrawKnock', 'DisconnectParticipant', 'DisconnectNode', 'ExpireParticipants', 'CloseEmptyRoom'];

/** A room with a host, a member with tracks, hand and message, and a guest. */
const ROOM: readonly RoomEvent[] = [
  created(),
  joined('ann', 1),
  joined('hal', 2, { role: 'host' }),
  joined('gus', 3, { role: 'guest' }),
  published('ann', 'mic', 'microphone', true),
  published('ann', 'cam', 'camera'),
  { type: 'HandRaised', participantId: 'ann', at: NOW },
  { type: 'ChatPosted', messageId: 'message', participantId: 'ann', name: 'ann', text: 'hi', at: NOW },
];

function actorFor(body: CommandBody): Actor {
  return NODE_COMMANDS.includes(body) ? node() : HOST_COMMANDS.includes(body) ? by('hal', 2) : by('ann', 1);
}

function outcomeOf(actor: Actor, body: CommandBody, events: readonly RoomEvent[] = ROOM): string {
  try {
    return decide(commandOf(actor, body), stateOf(...events)).length === 0 ? 'nothing' : 'events';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

describe('decide', () => {
  describe.each(EVERY_COMMAND)('$type', (body) => {
    it('[J3] a retry of a command that took effect changes nothing, in a room of any status', () => {
      const state = stateOf(...ROOM);
      const done = evolveCommit(state, commitOf({ version: 8, commitId: 'x' }, [], { commandId: 'command-now' }));
      expect(decide(commandOf(actorFor(body), body), done)).toEqual([]);

      const closed = evolveCommit(done, commitOf({ version: 9, commitId: 'y' }, [CLOSED]));
      expect(decide(commandOf(actorFor(body), body), closed)).toEqual([]);
    });

    it('[R-ROOM-2] a command finds no room before it is created and after it is closed', () => {
      const isTidying = TIDYING.includes(body.type);
      expect(outcomeOf(actorFor(body), body, [])).toBe(isTidying ? 'nothing' : 'ROOM_NOT_FOUND');
      expect(outcomeOf(actorFor(body), body, [...ROOM, CLOSED])).toBe(isTidying ? 'nothing' : 'ROOM_CLOSED');
    });
  });

  it.each(NODE_COMMANDS)('[R-ACTOR-2] the command $type is not for participants, hosts included', (body) => {
    expect(outcomeOf(by('ann', 1), body)).toBe('FORBIDDEN');
    expect(outcomeOf(by('hal', 2), body)).toBe('FORBIDDEN');
    expect(outcomeOf(OPERATOR, body)).toBe(outcomeOf(node(), body));
  });

  it('[R-ACTOR-2] a room is created by a node or the operator', () => {
    given().when(by('ann', 1), CREATE).refused('FORBIDDEN');
    expect(outcomeOf(node(), CREATE, [])).toBe('events');
    expect(outcomeOf(OPERATOR, CREATE, [])).toBe('events');
  });

  it.each(OWN_COMMANDS)('[R-ACTOR-5] the command $type is the participant’s own', (body) => {
    expect(outcomeOf(by('ann', 1), body)).toMatch(/^(events|nothing)$/);
    expect(outcomeOf(node(), body)).toBe('FORBIDDEN');
    expect(outcomeOf(OPERATOR, body)).toBe('FORBIDDEN');
  });

  it.each(OWNER_OR_HOST_COMMANDS)('[R-ACTOR-4] the command $type is for the owner, hosts and the operator', (body) => {
    const events = body.type === 'SetTrackMuted' ? [...ROOM, UNMUTED] : ROOM;
    for (const actor of [by('ann', 1), by('hal', 2), OPERATOR]) expect(outcomeOf(actor, body, events)).toBe('events');
    for (const actor of [by('gus', 3), node()]) expect(outcomeOf(actor, body, events)).toBe('FORBIDDEN');
  });

  it.each(HOST_COMMANDS)('[R-ACTOR-3] the command $type is for hosts and the operator', (body) => {
    for (const actor of [by('ann', 1), by('gus', 3), node()]) expect(outcomeOf(actor, body)).toBe('FORBIDDEN');
    for (const actor of [by('hal', 2), OPERATOR]) expect(outcomeOf(actor, body)).not.toBe('FORBIDDEN');
  });

  it.each(PARTICIPANT_COMMANDS)('[J5] the command $type of a stale session is refused', (body) => {
    const [id, session] =
      actorFor(body).kind === 'participant' && HOST_COMMANDS.includes(body) ? ['hal', 2] : ['ann', 1];
    expect(outcomeOf(by(id, session), body, [...ROOM, resumed(id, 4)])).toBe('STALE_SESSION');
    expect(outcomeOf(by(id, 5), body, [...ROOM, resumed(id, 4)])).toBe('STALE_SESSION');
  });

  it.each(PARTICIPANT_COMMANDS)('[R-ACTOR-1] the command $type of a disconnected session is refused', (body) => {
    const [id, session] = HOST_COMMANDS.includes(body) ? ['hal', 2] : ['ann', 1];
    expect(outcomeOf(by(id, session), body, [...ROOM, disconnected(id, session)])).toBe('STALE_SESSION');
  });

  it.each(PARTICIPANT_COMMANDS)('[R-ACTOR-1] the command $type from outside the room is refused', (body) => {
    expect(outcomeOf(by('zoe', 1), body)).toBe('NOT_IN_ROOM');
  });

  it.each([...OWN_COMMANDS, ...OWNER_OR_HOST_COMMANDS])(
    '[R-ACTOR-6] the command $type is a guest’s as much as a member’s',
    (body) => {
      const asGuest: RoomEvent[] = [...ROOM, { type: 'RoleChanged', participantId: 'ann', role: 'guest' }];
      expect(outcomeOf(by('ann', 1), body, asGuest)).toBe(outcomeOf(by('ann', 1), body));
    },
  );

  it('[J3] a room recognises a retry as far back as it promises', () => {
    let state = stateOf(...ROOM);
    for (let version = 9; version < 9 + COMMANDS_KEPT; version += 1) {
      const body: CommandBody = { type: 'PostChat', messageId: `m${version}`, text: 'hello' };
      const commandId = `command-${version}`;
      const events = decide(commandOf(by('ann', 1), body, { commandId }), state);
      state = evolveCommit(state, commitOf({ version: version - 1, commitId: '' }, events, { commandId }));
    }
    expect(state.commandIds).toHaveLength(COMMANDS_KEPT);
    const oldest: CommandBody = { type: 'PostChat', messageId: 'another', text: 'hello' };
    expect(decide(commandOf(by('ann', 1), oldest, { commandId: 'command-9' }), state)).toEqual([]);
  });

  it('a participant can be renamed', () => {
    given(...ROOM)
      .when(by('ann', 1), { type: 'Rename', name: '  Anna ' })
      .then([{ type: 'ParticipantRenamed', participantId: 'ann', name: 'Anna' }]);
    given(...ROOM)
      .when(by('ann', 1), { type: 'Rename', name: 'ann' })
      .nothing();
    given(...ROOM)
      .when(by('ann', 1), { type: 'Rename', name: ' ' })
      .refused('INVALID');
  });

  it('[R-ROOM-4] closing a room is one fact', () => {
    given(...ROOM)
      .when(by('hal', 2), { type: 'CloseRoom' })
      .then([CLOSED]);
    const state = stateOf(...ROOM, CLOSED);
    expect(state.status).toBe('closed');
    expect(state.participants.size + state.lobby.size).toBe(0);
  });
});

const UNMUTED: RoomEvent = { type: 'TrackUnmuted', participantId: 'ann', trackId: 'mic' };
