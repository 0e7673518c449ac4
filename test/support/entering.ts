import type { CommandOf } from '../../core/room/commands.ts';
import type { Entrant } from '../../core/room/Entrant.ts';
import type { RoomEvent } from '../../core/room/events.ts';
import { type CommandBody, NOW } from './room.ts';

/** Commands and events of people who come, knock and go. */

export function join(participantId: string, change: Partial<CommandOf<'JoinRoom'>> = {}): CommandBody {
  return {
    type: 'JoinRoom',
    participantId,
    name: participantId,
    role: 'member',
    nodeId: 'node-1',
    passwordVerifiedFor: null,
    ...change,
  };
}

export const resume = (participantId: string, nodeId = 'node-1', sessionSeen = 0): CommandBody => ({
  type: 'ResumeSession',
  participantId,
  nodeId,
  sessionSeen,
});
export const knock = (participantId: string, nodeId = 'node-1', name = participantId): CommandBody => ({
  type: 'Knock',
  participantId,
  name,
  nodeId,
  passwordVerifiedFor: null,
});

/** Somebody with a token that anybody gets. */
export function stranger(change: Partial<Entrant> = {}): { readonly entrant: Entrant } {
  return {
    entrant: {
      tokenIssuedAt: NOW + 1,
      anonymous: true,
      nameFixed: false,
      grants: null,
      device: null,
      address: null,
      account: null,
      addressShare: 2,
      ...change,
    },
  };
}

export const admitted = (participantId: string): RoomEvent => ({ type: 'ParticipantAdmitted', participantId });
export const banned = (participantId: string): RoomEvent => ({ type: 'ParticipantBanned', participantId });
export const gone = (participantId: string, departure: 'left' | 'expired' | 'removed' | 'banned'): RoomEvent => ({
  type: 'ParticipantGone',
  participantId,
  departure,
  at: NOW,
});
