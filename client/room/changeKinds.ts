import type { Change } from '../../signaling/protocol/notifications.ts';

/** Changes of who waits to be let in. */
export const LOBBY_CHANGES: ReadonlySet<Change['type']> = new Set<Change['type']>([
  'participantKnocked',
  'knockWithdrawn',
  'participantAdmitted',
  'participantDenied',
  'participantBanned',
]);

/** Changes of the room itself. */
export const SETTING_CHANGES: ReadonlySet<Change['type']> = new Set<Change['type']>([
  'roomRenamed',
  'lockChanged',
  'lobbyChanged',
  'passwordChanged',
  'capacityChanged',
  'reencodingPolicyChanged',
  'recordingWished',
  'participantBanned',
  'participantUnbanned',
]);
