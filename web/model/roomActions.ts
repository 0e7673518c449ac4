import type { Room, TrackSource } from '../../client/index.ts';
import type { MeetingActions } from './Meeting.ts';
import type { MeetingDevices } from './MeetingDevices.ts';

/** The page's actions, done by the client. */
export function roomActions(room: Room, devices: MeetingDevices): MeetingActions {
  const { controls, chat } = room;
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
    raiseHand: () => room.localParticipant.raiseHand(),
    lowerHand: (participantId) => controls.lowerHand(participantId),
    rename: (name) => room.localParticipant.setName(name),

    postChat: async (text) => {
      chat.send(text);
    },
    retryChat: async (messageId) => chat.retry(messageId),
    discardChat: async (messageId) => chat.discard(messageId),
    editChat: (messageId, text) => chat.edit(messageId, text),
    deleteChat: (messageId) => chat.delete(messageId),
    loadEarlierChat: () => chat.loadEarlier(),
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
    setSpotlight: (participantId) => controls.setSpotlight(participantId),
    remove: (participantId) => controls.remove(participantId),
    ban: (participantId) => controls.ban(participantId),
    admit: (participantId) => controls.admit(participantId),
    deny: (participantId) => controls.deny(participantId),
    denyAll: () => controls.denyAll(),
    unban: (participantId) => controls.unban(participantId),
    setGrants: (participantId, grants) => controls.setGrants(participantId, grants),
    setRoomGrants: (grants) => controls.setRoomGrants(grants),
    setLocked: (locked) => controls.setLocked(locked),
    setLobby: (enabled) => controls.setLobby(enabled),
    setPassword: (password) => controls.setPassword(password),
    setHotStandby: (on) => controls.setHotStandby(on ? 'on' : 'off'),
    setReencodingPolicy: (policy) => controls.setReencodingPolicy(policy),
    setVideoReencoding: async (participantId, video, wanted) => {
      const trackId = trackOf(participantId, video);
      if (trackId !== undefined) await controls.setTrackReencoding(participantId, trackId, wanted);
    },
    closeRoom: () => controls.closeRoom(),

    setPinned: (trackId, pinned) => room.setPinned(trackId, pinned),
    setNear: (trackIds) => room.view.setNear(trackIds),
    leave: () => room.disconnect(),
  };
}
