import type { JournalFull } from '../ports.ts';
import type { RoomCommand } from '../room/commands.ts';
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
]);

/** Refuses the commands that a full journal does not take, and returns the others. */
export function takenWhenFull(batch: readonly Pending[], full: JournalFull): Pending[] {
  return batch.filter(({ command, reject }) => {
    if (TAKEN.has(command.type)) return true;
    reject(full);
    return false;
  });
}
