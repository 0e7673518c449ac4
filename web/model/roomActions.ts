import { grantsOf, type Room, type TrackSource } from '../../client/index.ts';
import { GrantChanges, ownGrants } from './GrantChanges.ts';
import { hostingActions } from './hosting.ts';
import type { MeetingActions } from './Meeting.ts';
import type { MeetingDevices } from './MeetingDevices.ts';
import { notesActions } from './notes.ts';
import { pollActions } from './polls.ts';
import { previewOf } from './previewOf.ts';

/** Whose grants those of everybody are; nobody has this id. */
const ROOM = '';

/** The page's actions, done by the client. */
export function roomActions(
  room: Room,
  devices: MeetingDevices,
): Omit<MeetingActions, 'breakouts' | 'react' | 'setVolume' | 'declineScreen' | 'setEffect' | 'recording'> {
  const { controls, chat } = room;
  const grants = new GrantChanges();
  const trackOf = (participantId: string, source: TrackSource) => {
    const self = room.localParticipant;
    const participant = participantId === self.id ? self : room.participants.get(participantId);
    return participant?.publication(source)?.trackId;
  };
  return {
    setMicrophone: (on) => devices.set('microphone', on),
    setCamera: (on) => devices.set('camera', on),
    setScreenShare: (on) => devices.setScreen(on),
    switchDevice: async (kind, deviceId) => {
      if (kind !== 'speaker') await devices.switch(kind, deviceId);
    },
    flipCamera: () => devices.flip(),
    raiseHand: () => room.localParticipant.raiseHand(),
    lowerHand: (participantId) => controls.lowerHand(participantId),
    rename: (name) => room.localParticipant.setName(name),

    postChat: async (text, options) => {
      chat.send(text, options);
    },
    retryChat: async (messageId) => chat.retry(messageId),
    discardChat: async (messageId) => chat.discard(messageId),
    editChat: (messageId, text) => chat.edit(messageId, text),
    deleteChat: (messageId) => chat.delete(messageId),
    reactToMessage: (messageId, emoji, on) => chat.react(messageId, emoji, on),
    loadEarlierChat: () => chat.loadEarlier(),
    sendFiles: async (files) => {
      // Each on its own: one that is too large does not keep the others back.
      const outcomes = await Promise.allSettled(files.map((file) => sendFile(room, file)));
      const refused = outcomes.find((outcome) => outcome.status === 'rejected');
      if (refused) throw refused.reason;
    },
    retryUpload: (id) => room.files.retry(id),
    cancelUpload: (id) => room.files.cancel(id),
    linkToFile: (fileId) => room.files.link(fileId),
    // A lost typing notice is not worth a message to the person.
    setTyping: (typing) => void room.setTyping(typing).catch((error: unknown) => console.debug('setTyping', error)),

    muteParticipant: async (participantId) => {
      const trackId = trackOf(participantId, 'microphone');
      if (trackId !== undefined) await controls.muteTrack(participantId, trackId);
    },
    stopScreen: async (participantId) => {
      const trackId = trackOf(participantId, 'screen');
      if (trackId !== undefined) await controls.stopTrack(participantId, trackId);
    },
    setRole: (participantId, role) => controls.setRole(participantId, role),
    remove: (participantId) => controls.remove(participantId),
    ban: (participantId) => controls.ban(participantId),
    admit: (participantId) => controls.admit(participantId),
    deny: (participantId) => controls.deny(participantId),
    denyAll: () => controls.denyAll(),
    unban: (participantId) => controls.unban(participantId),
    setGrants: async (id, change) => {
      const person = room.participants.get(id);
      const settings = room.record?.settings;
      if (!person || !settings) return;
      await grants.change(id, grantsOf(person, settings), change, (wanted) =>
        controls.setGrants(id, ownGrants(wanted, settings.grants)),
      );
    },
    setRoomGrants: async (change) => {
      const settings = room.record?.settings;
      if (!settings) return;
      await grants.change(ROOM, settings.grants, change, (wanted) => controls.setRoomGrants(wanted));
    },
    setLocked: (locked) => controls.setLocked(locked),
    setLobby: (enabled) => controls.setLobby(enabled),
    setPrivateChat: (allowed) => controls.setPrivateChat(allowed),
    setPassword: (password) => controls.setPassword(password),
    setHotStandby: (on) => controls.setHotStandby(on ? 'on' : 'off'),
    setReencodingPolicy: (policy) => controls.setReencodingPolicy(policy),
    setMediaBounds: (bounds) => controls.setMediaBounds(bounds),
    setVideoReencoding: async (participantId, video, wanted) => {
      const trackId = trackOf(participantId, video);
      if (trackId !== undefined) await controls.setTrackReencoding(participantId, trackId, wanted);
    },
    closeRoom: () => controls.closeRoom(),
    hosting: hostingActions(room),
    polls: pollActions(room),
    notes: notesActions(room),

    setPinned: (trackId, pinned) => room.setPinned(trackId, pinned),
    setNear: (trackIds) => room.view.setNear(trackIds),
    limitPictures: (maxHeight) => room.view.limitHeight(maxHeight),
    setScreenContent: (content) => room.localParticipant.setScreenContent(content),
    leave: () => room.disconnect(),
  };
}

async function sendFile({ files }: Room, file: File): Promise<void> {
  const preview = file.size <= (files.limits?.maxBytes ?? 0) ? await previewOf(file) : undefined;
  files.send(file, preview === undefined ? {} : { preview });
}
