import type {
  Ban,
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
import { facingOf, grantsOf } from '../../client/index.ts';
import { ChatLines } from './ChatLines.ts';
import type { EffectStates } from './effects/Effects.ts';
import { type ForAll, forAllOf } from './hosting.ts';
import type { EndReason, MeetingSnapshot, Notice, OneRoom, OwnDevices, Person, PublishedMedia } from './Meeting.ts';
import type { MicrophoneHint } from './MicrophoneJudge.ts';
import type { OwnRecordingState } from './ownRecordings.ts';
import type { PersonalVolumes } from './PersonalVolumes.ts';
import { PollList } from './polls.ts';
import type { Reaction } from './Reactions.ts';
import { type Absence, absenceOf } from './recovery.ts';

interface Happening {
  readonly speakers: readonly string[];
  readonly lastSpokeAt: ReadonlyMap<string, number>;
  readonly typingIds: readonly string[];
  readonly notice: Notice | null;
  readonly mediaBlocked: MediaBlocked | null;
  readonly ownDevices: OwnDevices;
  readonly effects: EffectStates;
  readonly microphoneHint: MicrophoneHint | null;
  readonly absence: Absence | null;
  readonly reactions: readonly Reaction[];
  readonly ownRecording: OwnRecordingState;
  /** The tracks of the screens that this person does not watch. */
  readonly declined: ReadonlySet<string>;
  readonly ended: EndReason | null;
}

type Attach = PublishedMedia['attach'];

/** Turns the living objects of a `Room` into snapshots; what did not change stays the same object. */
export class SnapshotBuilder {
  readonly #room: Room;
  readonly #volumes: Pick<PersonalVolumes, 'of'>;
  readonly #people = new Map<string, Person>();
  /** Keyed by what is attached: the page attaches again only when that is another object. */
  readonly #attachers = new WeakMap<object, Attach>();

  readonly #polls = new PollList();
  readonly #chat = new ChatLines();
  #forAll: ForAll | null = null;
  #lobby: { readonly recorded: RoomState['lobby']; readonly entries: readonly LobbyEntry[] } | null = null;
  #bans: { readonly recorded: RoomState['bans']; readonly list: readonly Ban[] } | null = null;

  constructor(room: Room, volumes: Pick<PersonalVolumes, 'of'>) {
    this.#room = room;
    this.#volumes = volumes;
  }

  build(happening: Happening): OneRoom<MeetingSnapshot> {
    const room = this.#room;
    const { record, roomId } = room;
    if (!record || roomId === undefined) throw new Error('a snapshot of a room that was never entered');
    const now = Date.now();
    const self = this.#person(room.localParticipant, record, happening, now);
    const others = [...room.participants.values()]
      .toSorted((a, b) => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1))
      .map((participant) => this.#person(participant, record, happening, now));
    const present = new Set([self.id, ...room.participants.keys()]);
    for (const id of this.#people.keys()) if (!present.has(id)) this.#people.delete(id);
    this.#chat.meet([self, ...others]);
    this.#forAll = forAllOf(record, this.#forAll);
    const passwordProtected = record.settings.passwordHash !== null;
    return {
      roomId,
      placeId: roomId,
      name: record.settings.name,
      connection: room.state === 'reconnecting' ? 'reconnecting' : 'connected',
      absence: happening.absence,
      mediaBlocked: happening.mediaBlocked,
      recoveries: room.path.recoveries,
      ownDevices: happening.ownDevices,
      effects: happening.effects,
      microphoneHint: happening.microphoneHint,
      locked: record.settings.locked,
      lobbyEnabled: record.settings.lobby,
      passwordProtected,
      invitation: { roomId, name: record.settings.name, passwordProtected },
      reencoding: {
        policy: record.settings.reencoding,
        available: room.reencoding?.available ?? null,
        hindrance: room.reencoding?.hindrance ?? null,
      },
      hotStandby: { choice: record.settings.hotStandby, state: room.hotStandby },
      forAll: this.#forAll,
      mediaBounds: record.settings.mediaBounds,
      pageSize: room.view.pageSize,
      polls: this.#polls.of(record),
      notesCount: record.notes.count,
      self,
      others,
      lobby: this.#waiting(record.lobby),
      bans: this.#banned(record.bans),
      grants: record.settings.grants,
      spotlightId: record.spotlight,
      chat: this.#chat.of(record.chat, room.chat.messages, self.id),
      earlierChat: room.chat.hasEarlier,
      privateChat: record.settings.privateChat,
      recordingAllowed: record.settings.recordingAllowed,
      ownRecording: happening.ownRecording,
      uploads: room.files.uploads,
      fileLimits: room.files.limits,
      speakers: happening.speakers,
      lastSpokeAt: happening.lastSpokeAt,
      typing: others.filter((person) => happening.typingIds.includes(person.id)).map((person) => person.name),
      reactions: happening.reactions,
      notice: happening.notice,
      ended: happening.ended,
    };
  }

  outboxChanged(): void {
    this.#chat.outboxChanged();
  }

  #waiting(lobby: RoomState['lobby']): readonly LobbyEntry[] {
    if (this.#lobby?.recorded !== lobby) this.#lobby = { recorded: lobby, entries: [...lobby.values()] };
    return this.#lobby.entries;
  }

  #banned(bans: RoomState['bans']): readonly Ban[] {
    if (this.#bans?.recorded !== bans) this.#bans = { recorded: bans, list: [...bans.values()] };
    return this.#bans.list;
  }

  #person(
    participant: LocalParticipant | RemoteParticipant,
    { settings, participants }: RoomState,
    { declined }: Happening,
    now: number,
  ): Person {
    const { id, name, nameFixed, role, connected, handRaisedAt, unmuteAskedAt, recordingSince } = participant;
    const before = this.#people.get(id);
    const isSelf = id === this.#room.localParticipant.id;
    const interrupted = 'interrupted' in participant && participant.interrupted;
    const expiresAt = participants.get(id)?.expiresAt ?? null;
    // Only the mark at the top shows one's own interruption.
    const absence = isSelf
      ? null
      : absenceOf({ connected, interrupted, expiresAt }, before?.absence, settings.graceMs, now);
    const media = (source: TrackSource) => this.#media(participant.publication(source));
    const person: Person = {
      id,
      name,
      nameFixed,
      role,
      grants: grantsOf(participant, settings),
      isSelf,
      connected: absence === null,
      absence,
      handRaisedAt,
      unmuteAskedAt,
      recordingSince,
      quality: participant.connectionQuality,
      camera: media('camera'),
      microphone: media('microphone'),
      screen: media('screen'),
      screenAudio: media('screenAudio'),
      volume: this.#volumes.of(id, 'microphone'),
      screenVolume: this.#volumes.of(id, 'screenAudio'),
      screenDeclined: declined.has(participant.publication('screen')?.trackId ?? ''),
    };
    if (before && samePerson(before, person)) return before;
    this.#people.set(id, person);
    return person;
  }

  #media(publication: TrackPublication | undefined): PublishedMedia | null {
    if (!publication) return null;
    const { trackId, kind, track, muted, interrupted, reencoding: reencodingWish, reencoded } = publication;
    const known = { trackId, muted, interrupted, reencodingWish, reencoded, received: track !== undefined };
    if (!track) return { ...known, attach: kind === 'video' ? this.#reserve(publication) : attachNothing };
    // What is muted here is silent at once, though the room may hear of it later.
    if (!isRemote(track)) {
      const rear = track.source === 'camera' && facingOf(track.mediaStreamTrack) === 'environment';
      const here = { muted: muted || track.held, interrupted: track.interrupted, rear };
      return { ...known, ...here, attach: this.#attachLocal(track) };
    }
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

  #attachLocal({ sentTrack }: LocalTrack): Attach {
    return this.#once(sentTrack, (element) => {
      element.srcObject = new MediaStream([sentTrack]);
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

function samePerson(a: Person, b: Person): boolean {
  return (
    a.name === b.name &&
    a.nameFixed === b.nameFixed &&
    a.role === b.role &&
    a.grants === b.grants &&
    a.absence === b.absence &&
    a.volume === b.volume &&
    a.screenVolume === b.screenVolume &&
    a.screenDeclined === b.screenDeclined &&
    a.handRaisedAt === b.handRaisedAt &&
    a.unmuteAskedAt === b.unmuteAskedAt &&
    a.recordingSince === b.recordingSince &&
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
    a?.interrupted === b?.interrupted &&
    a?.rear === b?.rear &&
    a?.attach === b?.attach &&
    a?.reencodingWish === b?.reencodingWish &&
    a?.reencoded === b?.reencoded &&
    a?.received === b?.received
  );
}
