import { record } from './handler.ts';

export const setRole = record<'setRole'>(({ participantId, role }) => ({ type: 'SetRole', participantId, role }));
export const setSpotlight = record<'setSpotlight'>(({ participantId, others = [] }) => ({
  type: 'SetSpotlight',
  participantId,
  others,
}));
export const setLayout = record<'setLayout'>(({ layout }) => ({ type: 'SetLayout', layout }));
export const muteAll = record<'muteAll'>(() => ({ type: 'MuteAll' }));
export const askToUnmute = record<'askToUnmute'>(({ participantId }) => ({ type: 'AskToUnmute', participantId }));
export const declineUnmute = record<'declineUnmute'>(({ participantId }) => ({ type: 'DeclineUnmute', participantId }));
export const admit = record<'admit'>(({ participantId }) => ({ type: 'Admit', participantId }));
export const deny = record<'deny'>(({ participantId }) => ({ type: 'Deny', participantId }));
export const remove = record<'remove'>(({ participantId }) => ({ type: 'RemoveParticipant', participantId }));
export const ban = record<'ban'>(({ participantId }) => ({ type: 'Ban', participantId }));
export const unban = record<'unban'>(({ participantId }) => ({ type: 'Unban', participantId }));
export const denyAll = record<'denyAll'>(() => ({ type: 'DenyAll' }));
export const setGrants = record<'setGrants'>(({ participantId, grants }) => ({
  type: 'SetGrants',
  participantId,
  grants,
}));
export const setRoomGrants = record<'setRoomGrants'>(({ grants }) => ({ type: 'SetRoomGrants', grants }));
