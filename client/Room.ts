import type { RoomState } from '../core/room/state.ts';
import type { EntryAnswer } from '../signaling/protocol/requests.ts';
import type { View } from '../signaling/protocol/shapes.ts';
import { canResume } from './canResume.ts';
import { RoomChat } from './chat/RoomChat.ts';
import { claimsOf } from './claimsOf.ts';
import { askOver } from './connection/askOver.ts';
import { CommandQueue } from './connection/CommandQueue.ts';
import { Connection } from './connection/Connection.ts';
import type { ConnectionOwner } from './connection/ConnectionOwner.ts';
import { ConnectionPath } from './connection/ConnectionPath.ts';
import type { Link, Notification } from './connection/Link.ts';
import { wakeWithThePage } from './connection/wakeWithThePage.ts';
import { ownDeviceId } from './deviceId.ts';
import { Emitter } from './Emitter.ts';
import { ConnectError } from './errors.ts';
import { RoomFiles } from './files/RoomFiles.ts';
import { BlockedAudio } from './media/BlockedAudio.ts';
import { MediaEngine } from './media/MediaEngine.ts';
import type { HotStandbyState } from './media/standby/HotStandby.ts';
import { tellMedia } from './media/tellMedia.ts';
import type { ConnectOptions, RoomOptions } from './RoomOptions.ts';
import type { RoomChange } from './room/changesBetween.ts';
import type { LocalParticipant } from './room/LocalParticipant.ts';
import { mediaOwner } from './room/mediaOwner.ts';
import type { RemoteParticipant } from './room/participants.ts';
import { tellPresence } from './room/presence.ts';
import { RoomControls } from './room/RoomControls.ts';
import type { DisconnectReason, ReencodingAvailability, RoomConnectionState, RoomEvents } from './room/RoomEvents.ts';
import { RoomRecord } from './room/RoomRecord.ts';
import { Roster, type RosterSnapshot } from './room/Roster.ts';
import { StayState } from './room/StayState.ts';
import { SessionStore, type StoredSession } from './SessionStore.ts';
import { browserStorage } from './storage.ts';
import { ViewReporter } from './view/ViewReporter.ts';

const CONNECT_TIMEOUT_MS = 20_000;
const ANNOUNCE_AFTER_MS = 300;
const LEAVE_TIMEOUT_MS = 1_000;

/**
 * A meeting as one participant takes part in it. It recovers from reloads, lost networks and dead servers by itself:
 * what is published stays published, what is muted stays muted, and what is shown goes on in the same elements. A room
 * object serves one stay; after `disconnected`, make another.
 */
export class Room extends Emitter<RoomEvents> {
  readonly controls: RoomControls;
  readonly chat: RoomChat;
  readonly files: RoomFiles;
  readonly view: ViewReporter;
  readonly path: ConnectionPath;
  readonly #options: RoomOptions;
  readonly #newId: () => string;
  readonly #sessions: SessionStore;
  readonly #commands: CommandQueue;
  readonly #media: MediaEngine;
  readonly #roster: Roster;
  readonly #state: StayState;
  readonly #record = new RoomRecord();
  readonly #blocked = new BlockedAudio(() => this.emit('audioBlocked'));
  #connection: Connection | undefined;
  #link: Link | undefined;
  #stopWaking: () => void = () => undefined;
  #needsUpgrade = false;
  #reencoding: ReencodingAvailability | undefined;

  constructor(options: RoomOptions = {}) {
    super();
    this.#options = options;
    const emit = this.emit.bind(this);
    this.#state = new StayState(options.announceReconnectingAfterMs ?? ANNOUNCE_AFTER_MS, emit);
    this.path = new ConnectionPath(this.#state.log, {
      stats: () => this.getStats(),
      nodeUrl: () => this.#link?.url,
      iceServers: () => this.#media.iceServers,
      renew: (reason) => this.#connection?.renew(reason),
    });
    this.#newId = options.newId ?? (() => crypto.randomUUID());
    this.#sessions = new SessionStore(options.sessionStorage ?? browserStorage('sessionStorage'));
    this.#commands = new CommandQueue(this.#newId);
    const link = () => this.#link;
    this.controls = new RoomControls(this.#commands, askOver(link), this.#newId);
    this.files = new RoomFiles(this.#commands, this.#newId, () => this.emit('uploadsChanged'));
    this.view = new ViewReporter((view) => this.#sendView(view), this.#record);
    const owner = mediaOwner({
      ...{ through: options.through, view: this.view, blocked: this.#blocked, log: this.#state.log },
      resumeToken: () => this.#connection?.resumeToken,
      nodeUrl: () => this.#link?.url,
      roster: () => this.#roster,
      emit,
    });
    this.#media = new MediaEngine(owner, options.deviceHandler);
    this.#roster = new Roster({
      commands: this.#commands,
      media: this.#media,
      devices: options.devices ?? globalThis.navigator?.mediaDevices,
      emit,
      newId: this.#newId,
      heardAt: () => this.#link?.lastHeardAt,
    });
    this.chat = new RoomChat({
      commands: this.#commands,
      storage: options.chatStorage ?? browserStorage('localStorage'),
      newId: this.#newId,
      emit,
      record: this.#record,
      link,
      self: () => ({ id: this.#roster.local?.id ?? '', name: this.#roster.local?.name ?? '' }),
    });
  }

  get state(): RoomConnectionState {
    return this.#state.current;
  }

  /** The record as this client has it. Immutable; undefined before the first entry. */
  get record(): RoomState | undefined {
    return this.#record.room;
  }

  /** The version of the room's journal that `record` shows. */
  get version(): number {
    return this.#record.version;
  }

  /** Undefined until connected. */
  get roomId(): string | undefined {
    return this.#record.roomId;
  }

  /**
   * The person at this client.
   * @throws Error when the room was never entered
   */
  get localParticipant(): LocalParticipant {
    const local = this.#roster.local;
    if (local === undefined) throw new Error('connect to the room first');
    return local;
  }

  /** All others, by id. */
  get participants(): ReadonlyMap<string, RemoteParticipant> {
    return this.#roster.remotes;
  }

  /** Whether tracks can be reencoded here; undefined until the server has said so. */
  get reencoding(): ReencodingAvailability | undefined {
    return this.#reencoding;
  }

  /** True when the servers were updated and none of them speaks this client's version: see `upgradeNeeded`. */
  get needsUpgrade(): boolean {
    return this.#needsUpgrade;
  }

  /** How often the session was resumed or media rebuilt, for tests and drills. */
  get recoveries(): number {
    return this.#state.log.count;
  }

  /** What comes of the room's wish for a hot standby, for this client. */
  get hotStandby(): HotStandbyState {
    return this.#media.standby.state;
  }

  get canPlayAudio(): boolean {
    return this.#blocked.isEmpty;
  }

  static readonly canResume = canResume;

  /**
   * Joins with a join token; after a reload, goes on as the same participant.
   * @throws RequestRefused when the server refuses (PASSWORD_REQUIRED, ROOM_FULL, …)
   * @throws ConnectError when the client cannot get in for another reason
   */
  async connect(url: string | readonly string[], token: string, options: ConnectOptions): Promise<void> {
    const nodes = typeof url === 'string' ? [url] : url;
    const claims = claimsOf(token);
    const stored = claims && this.#sessions.load(claims.roomId);
    const resumable = stored?.participantId === claims?.participantId ? stored : undefined;
    await this.#open(nodes, token, resumable, options);
  }

  /**
   * Goes back in after a reload, as the participant this tab was.
   * @throws ConnectError or RequestRefused when that stay is over
   */
  async resume(url: string | readonly string[], roomId: string, options: Partial<ConnectOptions> = {}): Promise<void> {
    const stored = this.#sessions.load(roomId);
    if (stored === undefined) throw new ConnectError('TOKEN_EXPIRED', 'There is nothing to go back to.');
    const nodes = typeof url === 'string' ? [url] : url;
    try {
      await this.#open(nodes, undefined, stored, { name: '', ...options });
    } catch (error) {
      if (!(error instanceof ConnectError) || error.code !== 'UNREACHABLE') this.#sessions.forget(roomId);
      throw error;
    }
  }

  /** Leaves the room. Others hear of it at once; devices opened by the SDK are closed. */
  async disconnect(): Promise<void> {
    if (this.#state.current === 'disconnected') return;
    const left = this.#link?.request('leave', { commandId: this.#newId() }, LEAVE_TIMEOUT_MS);
    await left?.catch((error: unknown) => this.emit('warning', 'leaving did not reach the room', error));
    this.#finish('left', undefined);
  }

  /** Sets what is shown, in place of measuring the attached elements; undefined goes back to measuring. */
  setView(view: View | undefined): void {
    this.view.set(view);
  }

  setPinned(trackId: string, pinned: boolean): void {
    this.view.setPinned(trackId, pinned);
  }

  /** Call it in a click handler after `audioBlocked`. */
  startAudio(): Promise<void> {
    return this.#blocked.play();
  }

  /** Tells those who are present of a reaction. It is not stored; false if it was dropped for want of a connection. */
  async react(emoji: string): Promise<boolean> {
    return (await this.#link?.request('react', { emoji })) !== undefined;
  }

  async setTyping(typing: boolean): Promise<void> {
    await this.#link?.request('setTyping', { typing });
  }

  /** Returns the reports of the sending and the receiving connection; empty while there is none. */
  getStats(): Promise<RTCStatsReport[]> {
    return this.#media.getStats();
  }

  async #open(
    nodes: readonly string[],
    joinToken: string | undefined,
    stored: StoredSession | undefined,
    options: ConnectOptions,
  ): Promise<void> {
    if (this.#state.current !== 'new') throw new Error('this room object has been used; make another');
    this.#state.become('connecting');
    this.#connection = new Connection(this.#owner(), {
      nodes: [...(stored?.nodes ?? []), ...nodes], // Before a reload this tab was at the first of the stored ones.
      ...{ joinToken, getJoinToken: this.#options.getJoinToken },
      resumeToken: stored?.resumeToken,
      device: ownDeviceId(this.#newId, this.#options.deviceStorage),
      name: options.name,
      password: options.password,
      knock: options.knock ?? true,
      follow: options.follow ?? true,
    });
    this.#stopWaking = wakeWithThePage(this.#connection);
    try {
      await this.#connection.open(options.timeoutMs ?? CONNECT_TIMEOUT_MS);
    } catch (error) {
      this.#finish('refused', error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  #owner(): ConnectionOwner {
    return {
      newId: this.#newId,
      entryState: () => ({
        position: this.#record.entryPosition,
        rtpCapabilities: this.#media.rtpCapabilities && { ...this.#media.rtpCapabilities },
        view: this.view.current(),
        expected: this.#media.expected(),
      }),
      entered: (answer, link, how, former) => this.#entered(answer, link, how === 'joined', former),
      standby: () => this.#media.standby.wake(),
      notified: (notification) => this.#notified(notification),
      invalid: (name, error) => {
        this.emit('warning', `cannot read the message ${name}`, error);
        if (name === 'committed' || name === 'refreshed') this.#distrust('a commit could not be read');
      },
      suspected: () => this.#state.interrupted(),
      cleared: () => this.#state.cleared(),
      lost: () => this.#lost(),
      outdated: (error) => {
        this.#needsUpgrade = true;
        this.emit('upgradeNeeded', error);
      },
      held: (error) => this.emit('held', error),
      lobby: (waiting) => this.#state.become(waiting ? 'lobby' : 'connecting'),
      ended: (reason, error) => this.#finish(reason, error),
      mediaBytes: () => this.#media.receivedBytes(),
    };
  }

  /**
   * The order matters: what is muted or gone is known before media is rebuilt, and media comes before listeners hear of
   * anything.
   */
  #entered(answer: EntryAnswer, link: Link, joined: boolean, former: Link | undefined): void {
    const again = this.#record.room !== undefined;
    const changes = this.#record.enter(answer);
    this.#link = link;
    this.#needsUpgrade = false;
    const { roomId, participantId, resumeToken } = answer;
    const before = this.#updateRoster(participantId, joined);
    if (this.#options.media !== false) this.#media.open(link, answer, former);
    else former?.close();
    this.view.sentWithEntry();
    this.#roster.entered();
    this.#commands.attach(link);
    this.chat.connected(roomId, participantId);
    this.files.connected(link, resumeToken, answer.files ?? null);
    this.#sessions.save(roomId, { participantId, resumeToken, nodes: [...(this.#connection?.nodes ?? [])] });
    if (again) {
      if (former === undefined) this.#state.log.resumed();
      this.#tell(changes, before);
      this.#state.back();
    } else {
      this.#state.become('connected');
      this.emit('connected');
    }
  }

  #lost(): void {
    this.#link = undefined;
    this.#commands.detach();
    this.chat.disconnected();
    this.files.lost();
    this.#media.lost();
    this.#state.interrupted();
  }

  #notified(notification: Notification): void {
    const { name, body } = notification;
    if (name === 'committed') this.#changed(this.#record.commit(body));
    else if (name === 'refreshed') this.#changed(this.#record.refresh(body));
    else if (name === 'outOfDate') this.#distrust('the copy is out of date');
    else if (name === 'reencodingStatus') this.#reencodingChanged({ ...body, hindrance: body.hindrance ?? null });
    else if (!tellMedia(notification, this.#media, this.#link)) {
      tellPresence(notification, this.#roster, (event, ...args) => this.emit(event, ...args));
    }
    if (name === 'mediaLost') this.#state.log.mediaLost();
  }

  #reencodingChanged({ trackIds, ...availability }: ReencodingAvailability & { trackIds: readonly string[] }): void {
    this.#roster.setReencoded(trackIds);
    this.#reencoding = availability;
    this.emit('reencodingChanged', this.#reencoding);
  }

  /** `changes` is null when commits in between are missing. */
  #changed(changes: readonly RoomChange[] | null): void {
    if (changes === null) this.#distrust('commits are missing');
    else this.#tell(changes, this.#updateRoster(this.localParticipant.id, false));
  }

  #updateRoster(selfId: string, rejoined: boolean): RosterSnapshot {
    if (this.#record.room === undefined) throw new Error('there is no room to show yet');
    return this.#roster.update(this.#record.room, selfId, rejoined);
  }

  #tell(changes: readonly RoomChange[], before: RosterSnapshot): void {
    const { room } = this.#record;
    if (room === undefined) return;
    this.#roster.tell(changes, before);
    const types = new Set(changes.map(({ type }) => type));
    for (const change of changes) if ('message' in change) this.chat.changed(change.message, change.type);
    if (types.has('lobby')) this.emit('lobbyChanged', [...room.lobby.values()]);
    if (types.has('room')) this.emit('roomChanged', room);
  }

  #distrust(reason: string): void {
    if (!this.#record.isTrusted) return;
    this.#record.distrust();
    this.emit('warning', 'fetching the whole room again', reason);
    this.#connection?.renew(reason);
  }

  #sendView(view: View): void {
    for (const link of [this.#link, this.#media.standby.link]) {
      link?.request('setView', view).catch((error: unknown) => this.emit('warning', 'setView', error));
    }
  }

  #finish(reason: DisconnectReason, error: Error | undefined): void {
    if (this.#state.current === 'disconnected') return;
    this.#stopWaking();
    const unreachable = error instanceof ConnectError && error.code === 'UNREACHABLE';
    if (this.#record.roomId !== undefined && !unreachable) this.#sessions.forget(this.#record.roomId);
    this.#link = undefined;
    this.#connection?.close();
    this.#commands.abandon(error ?? new ConnectError('CANCELLED', `The stay in the room is over: ${reason}.`));
    this.chat.disconnected();
    this.files.close();
    this.view.close();
    this.#media.close();
    this.#roster.close();
    this.#state.become('disconnected');
    this.emit('disconnected', reason, error);
  }
}
