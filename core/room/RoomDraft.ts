import {
  ADMITTED_KEPT,
  type Ban,
  CHAT_KEPT,
  type ChatMessage,
  COMMANDS_KEPT,
  type CommandId,
  type LobbyEntry,
  type Participant,
  type ParticipantId,
  ROLES_KEPT,
  type Role,
  type RoomState,
  VOIDED_KEPT,
  type VoidedTokens,
} from './state.ts';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * A state in the making. A collection is copied when it is first written to, and then changed in place: a page of
 * a thousand commits costs one copy of each, and whatever nobody wrote to is shared with the state it came from. So
 * `room` changes with the draft: it may be kept once nothing more is added.
 */
export class RoomDraft {
  readonly room: Writable<RoomState>;
  // The copies this draft made, and may therefore change.
  #participants: Map<ParticipantId, Participant> | null = null;
  #lobby: Map<ParticipantId, LobbyEntry> | null = null;
  #admitted: Set<ParticipantId> | null = null;
  #banned: Set<ParticipantId> | null = null;
  #bans: Map<ParticipantId, Ban> | null = null;
  #roles: Map<ParticipantId, Role> | null = null;
  #voided: Map<ParticipantId, VoidedTokens> | null = null;
  #chat: ChatMessage[] | null = null;
  #commandIds: CommandId[] | null = null;

  readonly #isClients: boolean;

  /** A client's copy does not keep what only servers remember. */
  constructor(base: RoomState, isClients = false) {
    this.room = { ...base };
    this.#isClients = isClients;
  }

  /** Everybody is out, inside and in the lobby. */
  empty(): void {
    this.#participants = new Map();
    this.room.participants = this.#participants;
    this.#lobby = new Map();
    this.room.lobby = this.#lobby;
    this.room.spotlight = null;
  }

  /** Forgets people and messages of the room; its counters and commands continue. */
  forget(): void {
    this.empty();
    this.#admitted = new Set();
    this.room.admitted = this.#admitted;
    this.#banned = new Set();
    this.room.banned = this.#banned;
    this.#bans = new Map();
    this.room.bans = this.#bans;
    this.#roles = new Map();
    this.room.roles = this.#roles;
    this.#voided = new Map();
    this.room.voided = this.#voided;
    this.room.tokensVoidUntil = 0;
    this.#chat = [];
    this.room.chat = this.#chat;
  }

  setParticipant(participant: Participant): void {
    this.#writableParticipants().set(participant.id, participant);
  }

  deleteParticipant(participantId: ParticipantId): void {
    if (this.room.participants.has(participantId)) this.#writableParticipants().delete(participantId);
    if (this.room.spotlight === participantId) this.room.spotlight = null;
  }

  /** An entry that is already there keeps its place in the queue. */
  setLobbyEntry(entry: LobbyEntry): void {
    this.#writableLobby().set(entry.participantId, entry);
  }

  deleteLobbyEntry(participantId: ParticipantId): void {
    if (this.room.lobby.has(participantId)) this.#writableLobby().delete(participantId);
  }

  admit(participantId: ParticipantId): void {
    const admitted = this.#writableAdmitted();
    admitted.add(participantId);
    for (const oldest of admitted) {
      if (admitted.size <= ADMITTED_KEPT) break;
      admitted.delete(oldest);
    }
  }

  revokeAdmission(participantId: ParticipantId): void {
    if (this.room.admitted.has(participantId)) this.#writableAdmitted().delete(participantId);
  }

  ban(ban: Ban): void {
    this.#writableBanned().add(ban.participantId);
    this.#writableBans().set(ban.participantId, ban);
  }

  unban(participantId: ParticipantId): void {
    if (!this.room.banned.has(participantId)) return;
    this.#writableBanned().delete(participantId);
    this.#writableBans().delete(participantId);
  }

  rememberRole(participantId: ParticipantId, role: Role): void {
    if (this.#isClients) return;
    this.#roles ??= new Map(this.room.roles);
    this.room.roles = this.#roles;
    setNewest(this.#roles, participantId, role, ROLES_KEPT);
  }

  voidAllTokens(until: number): void {
    if (!this.#isClients) this.room.tokensVoidUntil = until;
  }

  voidTokens(participantId: ParticipantId, tokens: VoidedTokens): void {
    if (this.#isClients) return;
    this.#voided ??= new Map(this.room.voided);
    this.room.voided = this.#voided;
    setNewest(this.#voided, participantId, tokens, VOIDED_KEPT);
  }

  /** Takes somebody's messages and names out. Bans, and tokens that are void, go on keeping them out. */
  erase(participantId: ParticipantId): void {
    this.revokeAdmission(participantId);
    const ban = this.room.bans.get(participantId);
    if (ban !== undefined) this.ban({ ...ban, name: null });
    if (this.room.roles.has(participantId)) {
      this.#roles ??= new Map(this.room.roles);
      this.room.roles = this.#roles;
      this.#roles.delete(participantId);
    }
    if (!this.room.chat.some((message) => message.participantId === participantId)) return;
    this.#chat = this.room.chat.filter((message) => message.participantId !== participantId);
    this.room.chat = this.#chat;
  }

  appendChat(message: ChatMessage): void {
    const chat = this.#writableChat();
    chat.push(message);
    if (chat.length > CHAT_KEPT) chat.shift();
  }

  replaceChat(index: number, message: ChatMessage): void {
    this.#writableChat()[index] = message;
  }

  rememberCommand(commandId: CommandId): void {
    const commandIds = this.#writableCommandIds();
    commandIds.push(commandId);
    if (commandIds.length > COMMANDS_KEPT) commandIds.shift();
  }

  #writableParticipants(): Map<ParticipantId, Participant> {
    if (this.#participants === null) {
      this.#participants = new Map(this.room.participants);
      this.room.participants = this.#participants;
    }
    return this.#participants;
  }

  #writableLobby(): Map<ParticipantId, LobbyEntry> {
    if (this.#lobby === null) {
      this.#lobby = new Map(this.room.lobby);
      this.room.lobby = this.#lobby;
    }
    return this.#lobby;
  }

  #writableAdmitted(): Set<ParticipantId> {
    if (this.#admitted === null) {
      this.#admitted = new Set(this.room.admitted);
      this.room.admitted = this.#admitted;
    }
    return this.#admitted;
  }

  #writableBanned(): Set<ParticipantId> {
    if (this.#banned === null) {
      this.#banned = new Set(this.room.banned);
      this.room.banned = this.#banned;
    }
    return this.#banned;
  }

  #writableBans(): Map<ParticipantId, Ban> {
    if (this.#bans === null) {
      this.#bans = new Map(this.room.bans);
      this.room.bans = this.#bans;
    }
    return this.#bans;
  }

  #writableChat(): ChatMessage[] {
    if (this.#chat === null) {
      this.#chat = [...this.room.chat];
      this.room.chat = this.#chat;
    }
    return this.#chat;
  }

  #writableCommandIds(): CommandId[] {
    if (this.#commandIds === null) {
      this.#commandIds = [...this.room.commandIds];
      this.room.commandIds = this.#commandIds;
    }
    return this.#commandIds;
  }
}

/** Sets the value as the newest one, and forgets the oldest beyond `kept`. */
function setNewest<K, V>(map: Map<K, V>, key: K, value: V, kept: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= kept) break;
    map.delete(oldest);
  }
}
