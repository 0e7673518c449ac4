import type {
  Ban,
  ChatEntry,
  ChatMessage,
  LobbyEntry,
  LocalParticipant,
  LocalTrack,
  MediaBlocked,
  RemoteParticipant,
  RemoteTrack,
  Room,
  RoomState,
  TrackPublication,
  TrackSource,
} from '../../client/index.ts';
import { grantsOf } from '../../client/index.ts';
import type { ChatLine, EndReason, MeetingSnapshot, Notice, Person, PublishedMedia } from './Meeting.ts';

interface Happening {
  readonly speakers: readonly string[];
  readonly lastSpokeAt: ReadonlyMap<string, number>;
  readonly typingIds: readonly string[];
  readonly notice: Notice | null;
  readonly mediaBlocked: MediaBlocked | null;
  readonly ended: EndReason | null;
}

type Attach = PublishedMedia['attach'];

/** Turns the living objects of a `Room` into snapshots; what did not change stays the same object. */
export class SnapshotBuilder {
  readonly #room: Room;
  readonly #people = new Map<string, Person>();
  /** Keyed by what is attached: the page attaches again only when that is another object. */
  readonly #attachers = new WeakMap<object, Attach>();

  #lobby: { readonly recorded: RoomState['lobby']; readonly entries: readonly LobbyEntry[] } | null = null;
  #bans: { readonly recorded: RoomState['bans']; readonly list: readonly Ban[] } | null = null;
  #chat: { readonly recorded: readonly ChatMessage[]; readonly lines: readonly ChatLine[] } | null = null;

  constructor(room: Room) {
    this.#room = room;
  }

  build(happening: Happening): MeetingSnapshot {
    const room = this.#room;
    const { record, roomId } = room;
    if (!record || roomId === undefined) throw new Error('a snapshot of a room that was never entered');
    const self = this.#person(room.localParticipant, record.settings, true);
    const others = [...room.participants.values()]
      .toSorted((a, b) => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1))
      .map((participant) => this.#person(participant, record.settings, false));
    const present = new Set([self.id, ...room.participants.keys()]);
    for (const id of this.#people.keys()) if (!present.has(id)) this.#people.delete(id);
    return {
      roomId,
      name: record.settings.name,
      connection: room.state === 'reconnecting' ? 'reconnecting' : 'connected',
      mediaBlocked: happening.mediaBlocked,
      locked: record.settings.locked,
      lobbyEnabled: record.settings.lobby,
      passwordProtected: record.settings.passwordHash !== null,
      reencoding: {
        policy: record.settings.reencoding,
        available: room.reencoding?.available ?? null,
        reason: room.reencoding?.reason ?? null,
      },
      hotStandby: { choice: record.settings.hotStandby, state: room.hotStandby },
      self,
      others,
      lobby: this.#waiting(record.lobby),
      bans: this.#banned(record.bans),
      grants: record.settings.grants,
      spotlightId: record.spotlight,
      chat: this.#lines(record.chat, self.id),
      earlierChat: room.chat.hasEarlier,
      speakers: happening.speakers,
      lastSpokeAt: happening.lastSpokeAt,
      typing: others.filter((person) => happening.typingIds.includes(person.id)).map((person) => person.name),
      notice: happening.notice,
      ended: happening.ended,
    };
  }

  outboxChanged(): void {
    this.#chat = null;
  }

  #waiting(lobby: RoomState['lobby']): readonly LobbyEntry[] {
    if (this.#lobby?.recorded !== lobby) this.#lobby = { recorded: lobby, entries: [...lobby.values()] };
    return this.#lobby.entries;
  }

  #banned(bans: RoomState['bans']): readonly Ban[] {
    if (this.#bans?.recorded !== bans) this.#bans = { recorded: bans, list: [...bans.values()] };
    return this.#bans.list;
  }

  /** The record's list is immutable: while it is the same list, the lines stay the same too. */
  #lines(recorded: readonly ChatMessage[], selfId: string): readonly ChatLine[] {
    if (this.#chat?.recorded !== recorded) {
      this.#chat = { recorded, lines: this.#room.chat.messages.map((entry) => toLine(entry, selfId)) };
    }
    return this.#chat.lines;
  }

  #person(participant: LocalParticipant | RemoteParticipant, settings: RoomState['settings'], isSelf: boolean): Person {
    const { id, name, nameFixed, role, connected, handRaisedAt, connectionQuality: quality } = participant;
    const media = (source: TrackSource) => this.#media(participant.publication(source));
    const person: Person = {
      id,
      name,
      nameFixed,
      role,
      grants: grantsOf(participant, settings),
      isSelf,
      // Only the mark at the top shows one's own interruption.
      connected: connected || isSelf,
      handRaisedAt,
      quality,
      camera: media('camera'),
      microphone: media('microphone'),
      screen: media('screen'),
      screenAudio: media('screenAudio'),
    };
    const before = this.#people.get(id);
    if (before && samePerson(before, person)) return before;
    this.#people.set(id, person);
    return person;
  }

  #media(publication: TrackPublication | undefined): PublishedMedia | null {
    if (!publication) return null;
    const { trackId, kind, track, muted, reencoding: reencodingWish, reencoded } = publication;
    const known = { trackId, muted, reencodingWish, reencoded, received: track !== undefined };
    if (!track) return { ...known, attach: kind === 'video' ? this.#reserve(publication) : attachNothing };
    // What is muted here is silent at once, though the room may hear of it later.
    if (!isRemote(track)) return { ...known, muted: muted || track.held, attach: this.#attachLocal(track) };
    return { ...known, attach: this.#attachRemote(track) };
  }

  /** The server sends it once an element wants it. */
  #reserve(publication: TrackPublication): Attach {
    return this.#once(publication, (element) => this.#room.view.reserve(publication.trackId, element));
  }

  #attachRemote(track: RemoteTrack): Attach {
    return this.#once(track, (element) => {
      track.attach(element);
      return () => track.detach(element);
    });
  }

  #attachLocal({ mediaStreamTrack }: LocalTrack): Attach {
    return this.#once(mediaStreamTrack, (element) => {
      element.srcObject = new MediaStream([mediaStreamTrack]);
      return () => {
        element.srcObject = null;
      };
    });
  }

  #once(attached: object, attach: Attach): Attach {
    const known = this.#attachers.get(attached);
    if (known) return known;
    this.#attachers.set(attached, attach);
    return attach;
  }
}

/** For a track whose media is on the way. */
const attachNothing: Attach = () => () => undefined;

function isRemote(track: LocalTrack | RemoteTrack): track is RemoteTrack {
  return 'attach' in track;
}

function toLine(entry: ChatEntry, selfId: string): ChatLine {
  const { id, participantId, name, text, at, editedAt, deleted, state } = entry;
  const own = participantId === selfId;
  return { id, authorId: participantId, name, text, at, edited: editedAt !== null, deleted, own, state };
}

function samePerson(a: Person, b: Person): boolean {
  return (
    a.name === b.name &&
    a.nameFixed === b.nameFixed &&
    a.role === b.role &&
    a.grants === b.grants &&
    a.connected === b.connected &&
    a.handRaisedAt === b.handRaisedAt &&
    a.quality === b.quality &&
    sameMedia(a.camera, b.camera) &&
    sameMedia(a.microphone, b.microphone) &&
    sameMedia(a.screen, b.screen) &&
    sameMedia(a.screenAudio, b.screenAudio)
  );
}

function sameMedia(a: PublishedMedia | null, b: PublishedMedia | null): boolean {
  return (
    a?.trackId === b?.trackId &&
    a?.muted === b?.muted &&
    a?.attach === b?.attach &&
    a?.reencodingWish === b?.reencodingWish &&
    a?.reencoded === b?.reencoded &&
    a?.received === b?.received
  );
}
