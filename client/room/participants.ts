import type { ParticipantView, Role, TrackKind, TrackSource, TrackView } from '../../signaling/protocol/shapes.ts';
import type { LocalTrack } from '../media/LocalTrack.ts';
import type { RemoteTrack } from '../media/RemoteTrack.ts';

/** A track as the room's record has it. It exists whether or not its media flows just now. */
export class TrackPublication<Track extends LocalTrack | RemoteTrack = LocalTrack | RemoteTrack> {
  readonly trackId: string;
  readonly source: TrackSource;
  readonly kind: TrackKind;
  #view: TrackView;
  /** Others receive it reencoded now; nobody sees a difference. */
  reencoded = false;
  /** Undefined until its media can be received, or sent. */
  track: Track | undefined;

  constructor(view: TrackView) {
    this.trackId = view.id;
    this.source = view.source;
    this.kind = view.kind;
    this.#view = view;
  }

  get muted(): boolean {
    return this.#view.muted;
  }

  /** The host's wish to have it reencoded; null follows the room's policy. */
  get reencoding(): boolean | null {
    return this.#view.reencoding;
  }

  update(view: TrackView): void {
    this.#view = view;
  }
}

/** Somebody in the room. Its values change in place with the record; events say when. */
export abstract class Participant<Track extends LocalTrack | RemoteTrack = LocalTrack | RemoteTrack> {
  readonly id: string;
  readonly publications = new Map<string, TrackPublication<Track>>();
  #view: ParticipantView;
  /** 0: no usable connection … 3: as good as it gets; null while nobody has measured. */
  connectionQuality: number | null = null;
  /** dBov, -127…0, while this is one of the active speakers; else null. */
  volumeDbov: number | null = null;

  constructor(view: ParticipantView) {
    this.id = view.id;
    this.#view = view;
  }

  get name(): string {
    return this.#view.name;
  }

  get role(): Role {
    return this.#view.role;
  }

  /** False while the room waits for this participant to come back. */
  get connected(): boolean {
    return this.#view.connected;
  }

  /** ms since the epoch. */
  get joinedAt(): number {
    return this.#view.joinedAt;
  }

  /** ms since the epoch, null while it is down. */
  get handRaisedAt(): number | null {
    return this.#view.handRaisedAt;
  }

  get isSpeaking(): boolean {
    return this.volumeDbov !== null;
  }

  publication(source: TrackSource): TrackPublication<Track> | undefined {
    for (const publication of this.publications.values()) if (publication.source === source) return publication;
    return undefined;
  }

  /** Takes over the record. Publications that it no longer holds are returned, and are no longer in `publications`. */
  update(view: ParticipantView): TrackPublication<Track>[] {
    this.#view = view;
    const present = new Set(view.tracks.map((track) => track.id));
    const gone = [...this.publications.values()].filter((publication) => !present.has(publication.trackId));
    for (const publication of gone) this.publications.delete(publication.trackId);
    for (const track of view.tracks) {
      const known = this.publications.get(track.id);
      if (known === undefined) this.publications.set(track.id, new TrackPublication<Track>(track));
      else known.update(track);
    }
    return gone;
  }
}

export class RemoteParticipant extends Participant<RemoteTrack> {
  constructor(view: ParticipantView) {
    super(view);
    this.update(view);
  }
}
