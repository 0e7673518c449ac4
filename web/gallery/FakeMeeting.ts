import type {
  ConnectionDetails,
  Meeting,
  MeetingActions,
  MeetingSnapshot,
  Person,
  VideoSource,
} from '../model/Meeting.ts';

/** A meeting in which only the person at the page changes anything. */
export class FakeMeeting implements Meeting {
  readonly actions: MeetingActions;
  readonly connection = {
    measure: async (): Promise<ConnectionDetails> => ({
      path: 'udp',
      remote: '192.0.2.1:40000',
      rttMs: 23,
      sentBps: 1_640_000,
      receivedBps: 812_000,
      lossSending: 0.004,
      lossReceiving: 0,
      sending: [
        {
          kind: 'video',
          codec: 'VP8',
          layers: [
            { width: 320, height: 180, framesPerSecond: 30 },
            { width: 1_280, height: 720, framesPerSecond: 30 },
          ],
        },
        { kind: 'audio', codec: 'opus', layers: [] },
      ],
      receiving: [{ kind: 'video', codec: 'VP8', width: 640, height: 360, framesPerSecond: 29.6 }],
      node: 'https://node-2.example.org',
      session: 4,
      version: 182,
    }),
  };
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
      flipCamera: nothing,
      setEffect: (name, wanted) => {
        const effect = { wanted, on: wanted, problem: null };
        this.#update({ effects: { ...this.#snapshot.effects, [name]: effect } });
      },
      raiseHand: async () => this.#update({ self: { ...this.#snapshot.self, handRaisedAt: Date.now() } }),
      lowerHand: async () => this.#update({ self: { ...this.#snapshot.self, handRaisedAt: null } }),
      rename: nothing,
      postChat: async (text) => this.#post(text),
      retryChat: nothing,
      discardChat: nothing,
      editChat: nothing,
      deleteChat: nothing,
      reactToMessage: nothing,
      loadEarlierChat: async () => this.#update({ earlierChat: false }),
      sendFiles: nothing,
      retryUpload: () => undefined,
      cancelUpload: (id) => this.#update({ uploads: this.#snapshot.uploads.filter((each) => each.id !== id) }),
      linkToFile: () => Promise.reject(Object.assign(new Error('no'), { code: 'FILE_NOT_FOUND' })),
      setTyping: () => undefined,
      muteParticipant: () => Promise.reject(Object.assign(new Error('no'), { code: 'FORBIDDEN' })),
      stopScreen: nothing,
      setRole: nothing,
      remove: nothing,
      ban: nothing,
      admit: nothing,
      deny: nothing,
      denyAll: async () => this.#update({ lobby: [] }),
      unban: nothing,
      setGrants: nothing,
      setRoomGrants: async (change) => this.#update({ grants: change(this.#snapshot.grants) }),
      setLocked: async (locked) => this.#update({ locked }),
      setLobby: async (lobbyEnabled) => this.#update({ lobbyEnabled }),
      setPassword: nothing,
      setPrivateChat: async (privateChat) => this.#update({ privateChat }),
      setHotStandby: async (on) =>
        this.#update({ hotStandby: { choice: on ? 'on' : 'off', state: on ? 'nowhere' : 'off' } }),
      setMediaBounds: async (bounds) => this.#update({ mediaBounds: { ...this.#snapshot.mediaBounds, ...bounds } }),
      setReencodingPolicy: async (policy) => this.#update({ reencoding: { ...this.#snapshot.reencoding, policy } }),
      setVideoReencoding: async (id, video, wanted) => this.#setWish(id, video, wanted),
      closeRoom: async () => this.#update({ ended: 'roomClosed' }),
      hosting: {
        muteAll: nothing,
        askToUnmute: nothing,
        declineUnmute: async () => this.#update({ self: { ...this.#snapshot.self, unmuteAskedAt: null } }),
        setLayout: async (layout) => this.#forAll({ layout: layout && { layout, at: Date.now() } }),
        setSpotlights: async ([spotlightId = null, ...alsoSpotlit]) => {
          this.#update({ spotlightId });
          this.#forAll({ alsoSpotlit });
        },
        setJoinMuted: async (joinMuted) => this.#forAll({ joinMuted }),
        setGuests: async (guests) => this.#forAll({ guests }),
        setFilesAllowed: async (filesAllowed) => this.#forAll({ filesAllowed }),
        renameRoom: async (name) => this.#update({ name }),
        attendance: async () => ({ at: Date.now(), people: [], forgotten: 0 }),
        setCapacity: async (capacity) => this.#forAll({ capacity }),
      },
      polls: { open: nothing, vote: nothing, close: nothing, remove: nothing, ownVotes: async () => new Map() },
      breakouts: {
        ...{ open: nothing, prolong: nothing, end: async () => this.#update({ breakouts: null }), assign: nothing },
        ...{ announce: nothing, enter: () => undefined, leave: () => undefined },
      },
      recording: {
        begin: async () => this.#record({ step: 'running', since: Date.now() }, Date.now()),
        end: async () => this.#record({ step: 'kept', name: '' }, null),
        dismiss: () => this.#record({ step: 'none' }, null),
        endOf: async (id) => this.#change(id, { recordingSince: null }),
        setAllowed: async (recordingAllowed) => this.#update({ recordingAllowed }),
      },
      notes: { write: nothing, after: async () => ({ count: 0, updates: [] }) },
      setPinned: () => undefined,
      setNear: () => undefined,
      react: async (emoji) => this.#react(emoji),
      setVolume: (id, source, volume) =>
        this.#change(id, source === 'microphone' ? { volume } : { screenVolume: volume }),
      declineScreen: (id, screenDeclined) => this.#change(id, { screenDeclined }),
      limitPictures: () => undefined,
      setScreenContent: nothing,
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

  #change(id: string, change: Partial<Person>): void {
    const { others } = this.#snapshot;
    this.#update({ others: others.map((person) => (person.id === id ? { ...person, ...change } : person)) });
  }

  #record(ownRecording: MeetingSnapshot['ownRecording'], recordingSince: number | null): void {
    this.#update({ ownRecording, self: { ...this.#snapshot.self, recordingSince } });
  }

  #react(emoji: string): void {
    const { self, reactions } = this.#snapshot;
    this.#update({ reactions: [...reactions, { id: reactions.length, personId: self.id, emoji }] });
  }

  #post(text: string): void {
    const { self, chat } = this.#snapshot;
    const line = { id: `own-${chat.length}`, authorId: self.id, name: self.name, text, at: Date.now() };
    this.#update({ chat: [...chat, { ...line, edited: false, deleted: false, own: true, state: 'pending' }] });
  }

  #forAll(change: Partial<MeetingSnapshot['forAll']>): void {
    this.#update({ forAll: { ...this.#snapshot.forAll, ...change } });
  }

  #update(change: Partial<MeetingSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}
