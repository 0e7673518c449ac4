import { assertNever } from './assertNever.ts';
import type { RoomCommand } from './commands.ts';
import type { RoomEvent } from './events.ts';
import { isEmpty } from './queries.ts';
import { Refusal } from './refusal.ts';
import { requireMain, requireModerator, requireNode, requireOperator } from './rules/actors.ts';
import {
  assignBreakout,
  banFromBreakout,
  callBack,
  closeBreakout,
  confirmBreakout,
  endBreakouts,
  endDueBreakouts,
  enterBreakout,
  leaveBreakout,
  liftMovedBan,
  openBreakouts,
  setBreakoutsEnd,
} from './rules/breakouts.ts';
import { deleteChat, editChat, postChat } from './rules/chat.ts';
import {
  disconnectNode,
  disconnectParticipant,
  expireParticipants,
  joinRoom,
  knock,
  leaveRoom,
  resumeSession,
  withdrawKnock,
} from './rules/entry.ts';
import { shareFile } from './rules/files.ts';
import { followParticipant, followSettings } from './rules/following.ts';
import { setGrants, setRoomGrants } from './rules/grants.ts';
import { lowerHand, raiseHand } from './rules/hands.ts';
import {
  admit,
  ban,
  deny,
  denyAll,
  eraseParticipant,
  removeParticipant,
  setLayout,
  setRole,
  setSpotlight,
  unban,
} from './rules/moderation.ts';
import { rename } from './rules/names.ts';
import { compactNotes, editNotes } from './rules/notes.ts';
import { castVote, closePoll, openPoll, removePoll } from './rules/polls.ts';
import { reactToMessage } from './rules/reactions.ts';
import { beginRecording, endRecording, setRecordingAllowed } from './rules/recording.ts';
import { changeSetting, createRoom } from './rules/settings.ts';
import { askToUnmute, declineUnmute, muteAll } from './rules/sound.ts';
import {
  publishTrack,
  setTrackInterrupted,
  setTrackMuted,
  setTrackReencoding,
  unpublishTrack,
} from './rules/tracks.ts';
import type { RoomState } from './state.ts';

/**
 * The rules of a room (RULES.md). The same command and state give the same events, on every node and at every retry. No
 * events mean that nothing is left to do: the command took effect before, or its effect is there already.
 *
 * @throws Refusal when a rule forbids the command
 */
export function decide(command: RoomCommand, state: RoomState): RoomEvent[] {
  if (state.commandIds.includes(command.commandId)) return []; // A retry [J3].

  if (command.type === 'CreateRoom') {
    if (state.status === 'open') throw new Refusal('ROOM_EXISTS', 'A room of this name is open: join it.');
    return createRoom(command);
  }
  // What a closed room still has of somebody goes too.
  if (command.type === 'EraseParticipant' && state.status === 'closed') return eraseParticipant(command, state);
  if (state.status !== 'open') return decideWithoutRoom(command, state.status);

  switch (command.type) {
    case 'JoinRoom':
      return joinRoom(command, state);
    case 'ResumeSession':
      return resumeSession(command, state);
    case 'Knock':
      return knock(command, state);
    case 'WithdrawKnock':
      return withdrawKnock(command, state);
    case 'DisconnectParticipant':
      return disconnectParticipant(command, state);
    case 'DisconnectNode':
      return disconnectNode(command, state);
    case 'ExpireParticipants':
      return expireParticipants(command, state);
    case 'CloseEmptyRoom':
      requireNode(command.actor);
      return isEmpty(state) ? [{ type: 'RoomClosed', at: command.now }] : [];

    case 'LeaveRoom':
      return leaveRoom(command, state);
    case 'Rename':
      return rename(command, state);
    case 'RaiseHand':
      return raiseHand(command, state);
    case 'LowerHand':
      return lowerHand(command, state);

    case 'BeginRecording':
      return beginRecording(command, state);
    case 'EndRecording':
      return endRecording(command, state);
    case 'SetRecordingAllowed':
      return setRecordingAllowed(command, state);

    case 'PublishTrack':
      return publishTrack(command, state);
    case 'SetTrackMuted':
      return setTrackMuted(command, state);
    case 'SetTrackInterrupted':
      return setTrackInterrupted(command, state);
    case 'UnpublishTrack':
      return unpublishTrack(command, state);
    case 'EditNotes':
      return editNotes(command, state);
    case 'CompactNotes':
      return compactNotes(command, state);
    case 'OpenPoll':
      return openPoll(command, state);
    case 'CastVote':
      return castVote(command, state);
    case 'ClosePoll':
      return closePoll(command, state);
    case 'RemovePoll':
      return removePoll(command, state);
    case 'MuteAll':
      return muteAll(command, state);
    case 'AskToUnmute':
      return askToUnmute(command, state);
    case 'DeclineUnmute':
      return declineUnmute(command, state);
    case 'SetTrackReencoding':
      return setTrackReencoding(command, state);

    case 'OpenBreakouts':
      return openBreakouts(command, state);
    case 'SetBreakoutsEnd':
      return setBreakoutsEnd(command, state);
    case 'EndBreakouts':
      return endBreakouts(command, state);
    case 'EndDueBreakouts':
      return endDueBreakouts(command, state);
    case 'AssignBreakout':
      return assignBreakout(command, state);
    case 'EnterBreakout':
      return enterBreakout(command, state);
    case 'LeaveBreakout':
      return leaveBreakout(command, state);
    case 'ConfirmBreakout':
      return confirmBreakout(command, state);
    case 'CloseBreakout':
      return closeBreakout(command, state);
    case 'FollowParticipant':
      return followParticipant(command, state);
    case 'FollowSettings':
      return followSettings(command, state);
    case 'BanFromBreakout':
      return banFromBreakout(command, state);
    case 'LiftMovedBan':
      return liftMovedBan(command, state);
    case 'CallBack':
      return callBack(command, state);

    case 'PostChat':
      return postChat(command, state);
    case 'ShareFile':
      return shareFile(command, state);
    case 'EditChat':
      return editChat(command, state);
    case 'DeleteChat':
      return deleteChat(command, state);
    case 'ReactToMessage':
      return reactToMessage(command, state);

    case 'SetRole':
      return setRole(command, state);
    case 'SetGrants':
      return setGrants(command, state);
    case 'SetRoomGrants':
      return setRoomGrants(command, state);
    case 'RevokeTokens':
      requireOperator(command.actor);
      return [{ type: 'TokensRevoked', participantId: command.participantId, at: command.now }];
    case 'SetSpotlight':
      return setSpotlight(command, state);
    case 'SetLayout':
      return setLayout(command, state);
    case 'RemoveParticipant':
      return removeParticipant(command, state);
    case 'EraseParticipant':
      return eraseParticipant(command, state);
    case 'Ban':
      return ban(command, state);
    case 'Unban':
      return unban(command, state);
    case 'Admit':
      return admit(command, state);
    case 'Deny':
      return deny(command, state);
    case 'DenyAll':
      return denyAll(command, state);

    case 'RenameRoom':
    case 'SetLocked':
    case 'SetLobby':
    case 'SetPassword':
    case 'SetCapacity':
    case 'SetGuests':
      requireModerator(command.actor, state);
      return changeSetting(command, state.settings);
    case 'SetReencodingPolicy':
    case 'SetHotStandby':
    case 'SetJoinMuted':
    case 'SetPrivateChat':
    case 'SetMediaBounds':
    case 'SetFilesAllowed':
      requireMain(state);
      requireModerator(command.actor, state);
      return changeSetting(command, state.settings);
    case 'CloseRoom':
      requireModerator(command.actor, state);
      return [{ type: 'RoomClosed', at: command.now }];
    default:
      return assertNever(command);
  }
}

/**
 * A node may tidy up after a room that is gone, without an error; everybody else hears that there is no room
 * [R-ROOM-2].
 */
function decideWithoutRoom(command: RoomCommand, status: 'absent' | 'closed'): RoomEvent[] {
  switch (command.type) {
    case 'DisconnectParticipant':
    case 'DisconnectNode':
    case 'ExpireParticipants':
    case 'CloseEmptyRoom':
    case 'WithdrawKnock':
    case 'CompactNotes':
    case 'EndDueBreakouts':
    case 'CloseBreakout':
    case 'FollowParticipant':
    case 'FollowSettings':
    case 'BanFromBreakout':
    case 'LiftMovedBan':
    case 'CallBack':
      return [];
    default:
      if (status === 'closed') throw new Refusal('ROOM_CLOSED', 'This room is closed.');
      throw new Refusal('ROOM_NOT_FOUND', 'There is no room of this name: create it.');
  }
}
