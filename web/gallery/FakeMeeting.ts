import type { Meeting, MeetingActions, MeetingSnapshot, VideoSource } from '../model/Meeting.ts';

/** A meeting in which only the person at the page changes anything. */
export class FakeMeeting implements Meeting {
  readonly actions: MeetingActions;
  readonly #listeners = new Set<() => void>();
  #snapshot: MeetingSnapshot;

  constructor(snapshot: MeetingSnapshot) {
    this.#snapshot = snapshot;
    const nothing = async () => undefined;
    this.actions = {
      setMicrophone: async (on) => this.#setMuted('microphone', !on),
      setCamera: async (on) => this.#setMuted('camera', !on),
      setScreenShare: nothing,
      switchDevice: nothing,
      raiseHand: async () => this.#update({ self: { ...this.#snapshot.self, handRaisedAt: Date.now() } }),
      lowerHand: async () => this.#update({ self: { ...this.#snapshot.self, handRaisedAt: null } }),
      rename: nothing,
      postChat: async (text) => this.#post(text),
      retryChat: nothing,
      discardChat: nothing,
      editChat: nothing,
      deleteChat: nothing,
      loadEarlierChat: async () => this.#update({ earlierChat: false }),
      setTyping: () => undefined,
      muteParticipant: () => Promise.reject(Object.assign(new Error('no'), { code: 'FORBIDDEN' })),
      stopScreen: nothing,
      setRole: nothing,
      remove: nothing,
      setSpotlight: async (spotlightId) => this.#update({ spotlightId }),
      ban: nothing,
      admit: nothing,
      deny: nothing,
      denyAll: async () => this.#update({ lobby: [] }),
      unban: nothing,
      setGrants: nothing,
      setRoomGrants: async (grants) => this.#update({ grants }),
      setLocked: async (locked) => this.#update({ locked }),
      setLobby: async (lobbyEnabled) => this.#update({ lobbyEnabled }),
      setPassword: nothing,
      setHotStandby: async (on) =>
        this.#update({ hotStandby: { choice: on ? 'on' : 'off', state: on ? 'nowhere' : 'off' } }),
      setReencodingPolicy: async (policy) => this.#update({ reencoding: { ...this.#snapshot.reencoding, policy } }),
      setVideoReencoding: async (id, video, wanted) => this.#setWish(id, video, wanted),
      closeRoom: async () => this.#update({ ended: 'roomClosed' }),
      setPinned: () => undefined,
      setNear: () => undefined,
      leave: async () => this.#update({ ended: 'left' }),
    };
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  getSnapshot(): MeetingSnapshot {
    return this.#snapshot;
  }

  #setMuted(source: 'microphone' | 'camera', muted: boolean): void {
    const { self } = this.#snapshot;
    const media = self[source];
    if (media) this.#update({ self: { ...self, [source]: { ...media, muted } } });
  }

  #setWish(id: string, video: VideoSource, reencodingWish: boolean | null): void {
    const others = this.#snapshot.others.map((person) => {
      const media = person[video];
      return person.id === id && media ? { ...person, [video]: { ...media, reencodingWish } } : person;
    });
    this.#update({ others });
  }

  #post(text: string): void {
    const { self, chat } = this.#snapshot;
    const line = { id: `own-${chat.length}`, authorId: self.id, name: self.name, text, at: Date.now() };
    this.#update({ chat: [...chat, { ...line, edited: false, deleted: false, own: true, state: 'pending' }] });
  }

  #update(change: Partial<MeetingSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}
