import { type JournalFull, RoomFull, type WriteLimit } from '../ports.ts';
import type { RoomCommand } from '../room/commands.ts';
import type { RoomState } from '../room/state.ts';
import type { Pending } from './Pending.ts';

/** Commands that a full journal takes too: they end something, keep somebody out, or let people who are inside back. */
const TAKEN: ReadonlySet<RoomCommand['type']> = new Set<RoomCommand['type']>([
  'ResumeSession',
  'WithdrawKnock',
  'DisconnectParticipant',
  'DisconnectNode',
  'ExpireParticipants',
  'CloseEmptyRoom',
  'LeaveRoom',
  'SetTrackMuted',
  'MuteAll',
  'DeclineUnmute',
  'ClosePoll',
  'RemovePoll',
  'UnpublishTrack',
  'DeleteChat',
  'LowerHand',
  'Deny',
  'DenyAll',
  'RemoveParticipant',
  'Ban',
  'RevokeTokens',
  'EraseParticipant',
  'SetLocked',
  'CloseRoom',
  'LeaveBreakout',
  'EndBreakouts',
  'EndDueBreakouts',
  'CloseBreakout',
  'CallBack',
  'FollowParticipant',
  'FollowSettings',
  'BanFromBreakout',
  'LiftMovedBan',
]);

/**
 * Commands by which a meeting goes on. A full room takes them too: what they add is bounded by its capacity, and else
 * somebody who fills a room would keep everybody else out of it.
 */
const GOES_ON: ReadonlySet<RoomCommand['type']> = new Set<RoomCommand['type']>([
  'JoinRoom',
  'Knock',
  'Admit',
  'PublishTrack',
]);

export function goesOn({ type }: Pick<RoomCommand, 'type'>): boolean {
  return TAKEN.has(type) || GOES_ON.has(type);
}

/** What everybody of a room may add to what it may hold: their place, their tracks, a ban or a role after they left. */
const BYTES_A_PERSON = 2_048;

/** How many bytes a room may hold. `roomBytes`: without its people. */
export function mostBytes({ settings }: RoomState, roomBytes: number): number {
  return roomBytes + settings.capacity * BYTES_A_PERSON;
}

/** How much may be written after this refusal; null: after none. */
export function limitAfter(full: JournalFull | null, state: RoomState, roomBytes: number): WriteLimit {
  if (full instanceof RoomFull) return Number.POSITIVE_INFINITY;
  return full ? 'reserve' : mostBytes(state, roomBytes);
}

/** Refuses the commands that a full journal or a full room does not take, and returns the others. */
export function takenWhenFull(batch: readonly Pending[], full: JournalFull): Pending[] {
  return batch.filter(({ command, reject }) => {
    if (full instanceof RoomFull ? goesOn(command) : TAKEN.has(command.type)) return true;
    reject(full);
    return false;
  });
}
