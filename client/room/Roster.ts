import type { Departure, Participant as ParticipantRecord, RoomState } from '../../core/room/state.ts';
import type { MediaEngine } from '../media/MediaEngine.ts';
import type { RemoteTrack } from '../media/RemoteTrack.ts';
import type { RoomChange } from './changesBetween.ts';
import { InterruptionWatch } from './InterruptionWatch.ts';
import { LocalParticipant, type LocalParticipantOptions } from './LocalParticipant.ts';
import { type Participant, RemoteParticipant, type TrackPublication } from './participants.ts';
import type { EmitRoomEvent } from './RoomEvents.ts';

/** The participants and publications before an update. */
export interface RosterSnapshot {
  readonly participants: ReadonlyMap<string, RemoteParticipant>;
  readonly publications: ReadonlyMap<
    string,
    { readonly publication: TrackPublication; readonly participant: Participant }
  >;
}

/** The participants of a room as living objects, kept in step with its record, and the events about them. */
export class Roster {
  readonly remotes = new Map<string, RemoteParticipant>();
  readonly #options: LocalParticipantOptions;
  readonly #emit: EmitRoomEvent;
  readonly #media: Pick<MediaEngine, 'remoteTrack' | 'removeRemote'>;
  readonly #interruptions: InterruptionWatch;
  #records: ReadonlyMap<string, ParticipantRecord> = new Map();
  #local: LocalParticipant | undefined;
  #selfId = '';
  #reencoded: ReadonlySet<string> = new Set();

  constructor(
    options: LocalParticipantOptions & {
      readonly media: Pick<MediaEngine, 'remoteTrack' | 'removeRemote'>;
      /** When the server was last heard (`performance.now()`); undefined without a connection. */
      readonly heardAt: () => number | undefined;
    },
  ) {
    this.#options = options;
    this.#emit = options.emit;
    this.#media = options.media;
    this.#interruptions = new InterruptionWatch({
      participants: () => this.remotes.values(),
      heardAt: options.heardAt,
      changed: (participant) => this.#emit('participantStateChanged', participant),
    });
  }

  get local(): LocalParticipant | undefined {
    return this.#local;
  }

  find(participantId: string): Participant | undefined {
    return participantId === this.#selfId ? this.#local : this.remotes.get(participantId);
  }

  /**
   * Brings the objects up to `room`. `rejoined`: the room had dropped this client's own participant, and it joined
   * again. Returns what `tell` needs to report those who are gone.
   */
  update(room: RoomState, selfId: string, rejoined: boolean): RosterSnapshot {
    const publications = new Map<string, { publication: TrackPublication; participant: Participant }>();
    for (const participant of this.all()) {
      for (const publication of participant.publications.values()) {
        publications.set(publication.trackId, { publication, participant });
      }
    }
    const snapshot = { participants: new Map(this.remotes), publications };
    this.#selfId = selfId;
    for (const [id, record] of room.participants) {
      if (this.#records.get(id) === record) continue;
      if (id === selfId) this.#updateSelf(record, rejoined);
      else {
        const known = this.remotes.get(id);
        if (known === undefined) this.remotes.set(id, new RemoteParticipant(record));
        else known.update(record);
      }
    }
    for (const id of [...this.remotes.keys()]) if (!room.participants.has(id)) this.remotes.delete(id);
    this.#records = room.participants;
    this.#markReencoded();
    return snapshot;
  }

  /** This client has a connection again, and all tracks start again. */
  entered(): void {
    this.#interruptions.entered();
  }

  tell(changes: readonly RoomChange[], before: RosterSnapshot): void {
    for (const change of changes) this.#tell(change, before);
  }

  /** Called when the track's media can be received. Its publication may still be on the way. */
  subscribed(track: RemoteTrack): void {
    const participant = this.remotes.get(track.publisherId);
    const publication = participant?.publications.get(track.trackId);
    if (participant === undefined || publication === undefined || publication.track === track) return;
    participant.subscribed(publication, track);
    this.#emit('trackSubscribed', track, publication, participant);
  }

  /** Whether media of this track is expected. */
  isLive(track: RemoteTrack): boolean {
    const participant = this.remotes.get(track.publisherId);
    return participant?.connected === true && participant.publications.get(track.trackId)?.muted === false;
  }

  isMuted({ publisherId, trackId }: Pick<RemoteTrack, 'publisherId' | 'trackId'>): boolean {
    return this.remotes.get(publisherId)?.publications.get(trackId)?.muted === true;
  }

  /** Sets which tracks are reencoded, whether or not their publications are known yet. */
  setReencoded(trackIds: readonly string[]): void {
    this.#reencoded = new Set(trackIds);
    this.#markReencoded();
  }

  close(): void {
    this.#interruptions.stop();
    this.#local?.close();
  }

  *all(): Iterable<Participant> {
    if (this.#local !== undefined) yield this.#local;
    yield* this.remotes.values();
  }

  #markReencoded(): void {
    for (const participant of this.all()) {
      for (const publication of participant.publications.values()) {
        publication.reencoded = this.#reencoded.has(publication.trackId);
      }
    }
  }

  #updateSelf(record: ParticipantRecord, rejoined: boolean): void {
    if (this.#local === undefined) this.#local = new LocalParticipant(record, this.#options);
    else if (rejoined) this.#local.rejoined(record);
    else this.#local.update(record);
  }

  #tell(change: RoomChange, before: RosterSnapshot): void {
    switch (change.type) {
      case 'joined': {
        const participant = this.remotes.get(change.participantId);
        if (participant !== undefined) this.#emit('participantConnected', participant);
        for (const publication of participant?.publications.values() ?? []) this.#published(publication);
        return;
      }
      case 'gone': {
        const participant = before.participants.get(change.participantId);
        if (participant !== undefined) this.#gone(participant, change.departure);
        return;
      }
      case 'participant': {
        const participant = this.find(change.participantId);
        if (participant !== undefined) this.#emit('participantStateChanged', participant);
        return;
      }
      case 'unpublished': {
        const left = before.publications.get(change.trackId);
        if (left !== undefined) this.#unpublished(left.publication, left.participant, change.byHost);
        return;
      }
      case 'published':
      case 'muted':
      case 'unmuted': {
        const participant = this.find(change.participantId);
        const publication = participant?.publications.get(change.trackId);
        if (participant === undefined || publication === undefined) return;
        if (change.type === 'muted') this.#emit('trackMuted', publication, participant, change.byHost);
        else if (change.type === 'unmuted') this.#emit('trackUnmuted', publication, participant);
        else {
          this.#emit('trackPublished', publication, participant);
          this.#published(publication);
        }
        return;
      }
      default:
        return;
    }
  }

  #published(publication: TrackPublication): void {
    const track = this.#media.remoteTrack(publication.trackId);
    if (track !== undefined) this.subscribed(track);
  }

  #gone(participant: RemoteParticipant, departure: Departure): void {
    for (const publication of participant.publications.values()) this.#unpublished(publication, participant, false);
    this.#emit('participantDisconnected', participant, departure);
  }

  #unpublished(publication: TrackPublication, participant: Participant, byHost: boolean): void {
    if (participant instanceof RemoteParticipant) {
      const remote = publication as TrackPublication<RemoteTrack>;
      if (remote.track !== undefined) this.#emit('trackUnsubscribed', remote.track, remote, participant);
      this.#media.removeRemote(publication.trackId);
    }
    this.#emit('trackUnpublished', publication, participant, byHost);
  }
}
