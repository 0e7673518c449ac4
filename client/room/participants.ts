import type {
  Grants,
  Participant as ParticipantRecord,
  Role,
  TrackKind,
  Track as TrackRecord,
  TrackSource,
} from '../../core/room/state.ts';
import type { LocalTrack } from '../media/LocalTrack.ts';
import type { RemoteTrack } from '../media/RemoteTrack.ts';

/** A track as the room's record has it. It exists whether or not its media flows just now. */
export class TrackPublication<Track extends LocalTrack | RemoteTrack = LocalTrack | RemoteTrack> {
  readonly trackId: string;
  readonly source: TrackSource;
  readonly kind: TrackKind;
  #record: TrackRecord;
  /** True while others receive it reencoded; nobody sees a difference. */
  reencoded = false;
  /** Undefined until its media can be received, or sent. */
  track: Track | undefined;

  constructor(record: TrackRecord) {
    this.trackId = record.id;
    this.source = record.source;
    this.kind = record.kind;
    this.#record = record;
  }

  get muted(): boolean {
    return this.#record.muted;
  }

  /** True while its device gives nothing, though it is not muted: a call came in, or another program took it. */
  get interrupted(): boolean {
    return this.#record.interrupted;
  }

  /** The host's wish to have it reencoded; null follows the room's policy. */
  get reencoding(): boolean | null {
    return this.#record.reencoding;
  }

  update(record: TrackRecord): void {
    this.#record = record;
  }
}

/** Somebody in the room. Its values change in place with the record; events say when. */
export abstract class Participant<Track extends LocalTrack | RemoteTrack = LocalTrack | RemoteTrack> {
  readonly id: string;
  readonly publications = new Map<string, TrackPublication<Track>>();
  #record: ParticipantRecord;
  /** 0: no usable connection … 3: as good as it gets; null while nobody has measured. */
  connectionQuality: number | null = null;
  /** dBov, -127…0, while this is one of the active speakers; else null. */
  volumeDbov: number | null = null;

  constructor(record: ParticipantRecord) {
    this.id = record.id;
    this.#record = record;
  }

  get name(): string {
    return this.#record.name;
  }

  /** The name is the one of the token: who gave the token vouches for it. */
  get nameFixed(): boolean {
    return this.#record.nameFixed;
  }

  /** What this person may do, if that differs from the room's; see `grantsOf`. */
  get grants(): Grants | null {
    return this.#record.grants;
  }

  get role(): Role {
    return this.#record.role;
  }

  /** False while the room waits for this participant to come back. */
  get connected(): boolean {
    return this.#record.connected;
  }

  /** ms since the epoch. */
  get joinedAt(): number {
    return this.#record.joinedAt;
  }

  /** ms since the epoch, null while it is down. */
  get handRaisedAt(): number | null {
    return this.#record.handRaisedAt;
  }

  /** When a host asked this person to unmute (ms since the epoch); null once that is answered. */
  get unmuteAskedAt(): number | null {
    return this.#record.unmuteAskedAt;
  }

  /** Since when this person records the meeting (ms since the epoch); null while they do not. */
  get recordingSince(): number | null {
    return this.#record.recordingSince;
  }

  get isSpeaking(): boolean {
    return this.volumeDbov !== null;
  }

  publication(source: TrackSource): TrackPublication<Track> | undefined {
    for (const publication of this.publications.values()) if (publication.source === source) return publication;
    return undefined;
  }

  /** Takes over the record. Publications that it no longer holds are returned, and are no longer in `publications`. */
  update(record: ParticipantRecord): TrackPublication<Track>[] {
    this.#record = record;
    const gone = [...this.publications.values()].filter((publication) => !record.tracks.has(publication.trackId));
    for (const publication of gone) this.publications.delete(publication.trackId);
    for (const track of record.tracks.values()) {
      const known = this.publications.get(track.id);
      if (known === undefined) this.publications.set(track.id, new TrackPublication<Track>(track));
      else known.update(track);
    }
    return gone;
  }
}

/** What of a person is heard, each at its own volume. */
export type SoundSource = 'microphone' | 'screenAudio';

export class RemoteParticipant extends Participant<RemoteTrack> {
  readonly #volumes = new Map<SoundSource, number>();
  /**
   * True while nothing arrives of what this person sends, though this client is well connected: they are cut off, and
   * the room does not know yet. What is shown of them is not live.
   */
  interrupted = false;

  constructor(record: ParticipantRecord) {
    super(record);
    this.update(record);
  }

  /**
   * Sets how loud this person, or the sound of the shared screen, is played here: 0 to 1. Nobody else hears of it. On
   * iPhones and iPads 0 is silent, and all else is full volume.
   */
  setVolume(volume: number, source: SoundSource = 'microphone'): void {
    this.#volumes.set(source, volume);
    const { track } = this.publication(source) ?? {};
    if (track !== undefined) track.volume = volume;
  }

  /** Its media can be received from now on. */
  subscribed(publication: TrackPublication<RemoteTrack>, track: RemoteTrack): void {
    publication.track = track;
    const { source } = track;
    if (source === 'microphone' || source === 'screenAudio') track.volume = this.#volumes.get(source) ?? 1;
  }
}
