import { expect, it } from 'vitest';
import { by, type CommandBody, commandOf, commitOf, created, node, stateOf } from '../../test/support/room.ts';
import type { Actor } from '../room/commands.ts';
import { ORIGIN } from '../room/commit.ts';
import { OwnCommands } from './lostCommands.ts';

function repeated(actor: Actor, body: CommandBody): boolean {
  const own = new OwnCommands();
  const command = commandOf(actor, body);
  const commit = { ...commitOf(ORIGIN, [created()]), commandId: command.commandId };
  own.take([command]);
  own.accepted(commit);
  return own.toRepeat([commit], stateOf(created()), 'node-1').length === 1;
}

it('[J2] what a person did is decided again after the journal lost it', () => {
  expect(repeated(by('ann', 1), { type: 'RaiseHand' })).toBe(true);
});

it('what a node does in a breakout room by the record of its main room is not: the next look says what holds now', () => {
  for (const body of [
    { type: 'CallBack', participantId: 'ann' },
    { type: 'FollowParticipant', participantId: 'ann', role: 'host', grants: null },
    { type: 'LiftMovedBan', participantId: 'ann' },
    { type: 'CloseBreakout', unless: 'round-1' },
    { type: 'EndDueBreakouts' },
  ] as const) {
    expect(repeated(node(), body), body.type).toBe(false);
  }
});
