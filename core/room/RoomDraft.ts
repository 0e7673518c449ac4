import { ATTENDANCE_KEPT, came, went } from './attendance.ts';
import { countShared, forgetPrivate, forgetShared } from './keptChat.ts';
import { NO_NOTES } from './notes.ts';
import { withVote } from './polls.ts';
import { countOf, withoutReactionsOf } from './reactions.ts';
import {
  ADMITTED_KEPT,
  type Attendance,
  type Ban,
  type ChatMessage,
  COMMANDS_KEPT,
  type CommandId,
  type LobbyEntry,
  type Participant,
  type ParticipantId,
  type Poll,
  type PollId,
  type Presence,
  ROLES_KEPT,
  type Role,
  type RoomState,
  VOIDED_KEPT,
  type VoidedTokens,
  type Vote,
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
  #attendance: Map<ParticipantId, Attendance> | null = null;
  #polls: Map<PollId, Poll> | null = null;
  #chat: ChatMessage[] | null = null;
  /** How many of the chat's messages are for everybody; null: not counted. */
  #shared: number | null = null;
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
    this.showLarge([]);
    this.room.layout = null;
    this.room.breakouts = null;
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
    this.room.notes = NO_NOTES;
    this.#polls = new Map();
    this.room.polls = this.#polls;
    this.#attendance = new Map();
    this.room.attendance = this.#attendance;
    this.room.attendanceForgotten = 0;
    this.#chat = [];
    this.room.chat = this.#chat;
    this.#shared = null;
    this.room.chatForgottenAt = 0;
    this.room.privateForgottenAt = 0;
  }

  setParticipant(participant: Participant): void {
    this.#writableParticipants().set(participant.id, participant);
  }

  deleteParticipant(participantId: ParticipantId): void {
    if (this.room.participants.has(participantId)) this.#writableParticipants().delete(participantId);
    const { spotlight, alsoSpotlit } = this.room;
    if (spotlight === participantId || alsoSpotlit.includes(participantId)) {
      this.showLarge([...(spotlight === null ? [] : [spotlight]), ...alsoSpotlit].filter((id) => id !== participantId));
    }
  }

  /** The first is the spotlight of clients that know of one only. */
  showLarge([spotlight, ...others]: readonly ParticipantId[]): void {
    this.room.spotlight = spotlight ?? null;
    this.room.alsoSpotlit = others;
  }

  setPoll(poll: Poll): void {
    this.#writablePolls().set(poll.id, poll);
  }

  changePoll(pollId: PollId, change: (poll: Poll) => Partial<Poll>): void {
    const poll = this.room.polls.get(pollId);
    if (poll !== undefined) this.setPoll({ ...poll, ...change(poll) });
  }

  removePoll(pollId: PollId): void {
    if (this.room.polls.has(pollId)) this.#writablePolls().delete(pollId);
  }

  /** A client's copy only counts: it asks for the updates when somebody looks. */
  editNotes(update: string): void {
    const { notes } = this.room;
    const updates = this.#isClients ? notes.updates : [...notes.updates, update];
    this.room.notes = { ...notes, count: notes.count + 1, updates };
  }

  compactNotes(base: string, upTo: number): void {
    const { count, updates } = this.room.notes;
    const covered = upTo - (count - updates.length);
    if (this.#isClients || covered <= 0 || upTo > count) return;
    this.room.notes = { count, base, updates: updates.slice(covered) };
  }

  /** A client's copy gets no ballots. */
  castBallot(pollId: PollId, vote: Vote, seen: Pick<Poll, 'counts' | 'voters'>): void {
    this.changePoll(pollId, ({ ballots }) => ({
      ...seen,
      ballots: this.#isClients ? ballots : withVote(ballots, vote),
    }));
  }

  /** Somebody in the room is there from now on, or was already. */
  attend(participantId: ParticipantId, at: number): void {
    const participant = this.room.participants.get(participantId);
    if (this.#isClients || participant === undefined) return;
    const known = this.room.attendance.get(participantId);
    const attendance = came(known, participant, at);
    if (attendance === known) return;
    this.#writableAttendance().set(participantId, attendance);
    this.#forgetAttendance();
  }

  /** Somebody is there no longer. */
  depart(participantId: ParticipantId, at: number, end: NonNullable<Presence['end']>): void {
    const known = this.room.attendance.get(participantId);
    const attendance = known && went(known, at, end);
    if (attendance !== undefined && attendance !== known) this.#writableAttendance().set(participantId, attendance);
  }

  describeAttendance(participantId: ParticipantId, change: Partial<Pick<Attendance, 'name' | 'role'>>): void {
    const known = this.room.attendance.get(participantId);
    if (known !== undefined) this.#writableAttendance().set(participantId, { ...known, ...change });
  }

  /** Whoever is there no longer is forgotten first. */
  #forgetAttendance(): void {
    const attendance = this.#writableAttendance();
    if (attendance.size <= ATTENDANCE_KEPT) return;
    let [oldest] = attendance.keys();
    for (const id of attendance.keys()) {
      if (this.room.participants.has(id)) continue;
      oldest = id;
      break;
    }
    if (oldest === undefined) return;
    attendance.delete(oldest);
    this.room.attendanceForgotten += 1;
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
    for (const { id, votes, ballots } of this.room.polls.values()) {
      if (votes.has(participantId)) this.changePoll(id, () => ({ votes: namelessIn(votes, participantId) }));
      if (ballots.has(participantId)) this.changePoll(id, () => ({ ballots: namelessIn(ballots, participantId) }));
    }
    if (this.room.attendance.has(participantId)) this.#writableAttendance().delete(participantId);
    for (const [index, message] of this.room.chat.entries()) {
      const { reactions: before, ...rest } = message;
      const reactions = before && withoutReactionsOf(participantId, before);
      if (countOf(before ?? []) === countOf(reactions ?? [])) continue;
      this.replaceChat(index, reactions?.length ? { ...rest, reactions } : rest);
    }
    if (!this.room.chat.some((message) => message.participantId === participantId)) return;
    this.#chat = this.room.chat.filter((message) => message.participantId !== participantId);
    this.room.chat = this.#chat;
    this.#shared = null;
  }

  appendChat(message: ChatMessage): void {
    this.#writableChat().push(message);
    if (this.#shared !== null && message.to === undefined) this.#shared += 1;
    this.forgetOldest(message);
  }

  replaceChat(index: number, message: ChatMessage): void {
    this.#writableChat()[index] = message;
  }

  /** `changed`: the message that came, or whose text is another one now. */
  forgetOldest(changed: ChatMessage): void {
    const gone = changed.to === undefined ? this.#forgetShared() : forgetPrivate(this.#writableChat(), changed);
    if (this.#isClients || gone.length === 0) return;
    const field = changed.to === undefined ? 'chatForgottenAt' : 'privateForgottenAt';
    this.room[field] = gone.reduce((newest, { at }) => Math.max(newest, at), this.room[field]);
  }

  #forgetShared(): readonly ChatMessage[] {
    const chat = this.#writableChat();
    this.#shared ??= countShared(chat);
    const gone = forgetShared(chat, this.#shared);
    this.#shared -= gone.length;
    return gone;
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

  #writablePolls(): Map<PollId, Poll> {
    if (this.#polls === null) {
      this.#polls = new Map(this.room.polls);
      this.room.polls = this.#polls;
    }
    return this.#polls;
  }

  #writableAttendance(): Map<ParticipantId, Attendance> {
    if (this.#attendance === null) {
      this.#attendance = new Map(this.room.attendance);
      this.room.attendance = this.#attendance;
    }
    return this.#attendance;
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

/** The vote still counts. */
function namelessIn(votes: ReadonlyMap<string, Vote>, voter: string): ReadonlyMap<string, Vote> {
  const vote = votes.get(voter);
  return vote === undefined ? votes : new Map(votes).set(voter, { ...vote, name: '' });
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
