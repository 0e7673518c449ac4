import { composePicture } from './composition.ts';
import { keptChanged, lockOf } from './keptRecordings.ts';
import { Picture, type Scene } from './Picture.ts';
import { RecordingWriter } from './RecordingWriter.ts';
import { type Container, toRecordingName } from './recordingName.ts';
import { type Sound, SoundMix } from './SoundMix.ts';
import type { SeenMeeting, SeenPerson } from './seen.ts';
import './recording.css';

const SIZE = { width: 1_280, height: 720 };
const FRAME_MS = 1_000 / 12;
/** A slow device draws less often, so that drawing takes half of the page's time at most; but at least this often. */
const SLOWEST_FRAME_MS = 500;
/** What a crash takes at most. */
const PART_MS = 1_000;
const BITS = { videoBitsPerSecond: 1_500_000, audioBitsPerSecond: 96_000 };
/** What must stay free: the last parts, and what else the page keeps. */
const SPARE_BYTES = 40_000_000;
/** Below this nothing is begun. */
const LEAST_BYTES = 200_000_000;
const LOOK_EVERY_MS = 10_000;

/** Formats that play after a crash, the cheapest to make first. */
const TYPES: readonly (readonly [mimeType: string, container: Container])[] = [
  ['video/webm;codecs=vp8,opus', 'webm'],
  ['video/webm', 'webm'],
  ['video/mp4', 'mp4'],
];

export type RecordingProblem = 'full' | 'failed';

interface Watched {
  subscribe(listener: () => void): () => void;
  getSnapshot(): SeenMeeting;
}

/** @throws Error with the code RECORDING_UNSUPPORTED or RECORDING_FULL */
function refuse(code: string, cause?: unknown): never {
  throw Object.assign(new Error('this browser cannot record', { cause }), { code });
}

/** Records a meeting as this page sees and hears it, part by part onto the disk, until it is stopped. */
export class Recorder {
  readonly name: string;
  readonly begunAt: number;
  /** It can write no more; what was written is kept. */
  onProblem: (problem: RecordingProblem) => void = () => undefined;
  readonly #meeting: Watched;
  readonly #picture: Picture;
  readonly #mix: SoundMix;
  readonly #writer: RecordingWriter;
  readonly #media: MediaRecorder;
  readonly #release: () => void;
  readonly #unsubscribe: () => void;
  #lookedAt = 0;
  #stopped: Promise<void> | null = null;

  private constructor(meeting: Watched, name: string, begunAt: number, mimeType: string, parts: Parts) {
    this.name = name;
    this.begunAt = begunAt;
    this.#meeting = meeting;
    ({ picture: this.#picture, mix: this.#mix, writer: this.#writer, release: this.#release } = parts);
    const tracks = [this.#picture.track, this.#mix.track].filter((track) => track !== undefined);
    this.#media = new MediaRecorder(new MediaStream(tracks), { mimeType, ...BITS });
    this.#media.addEventListener('dataavailable', ({ data }) => {
      if (data.size > 0) this.#writer.write(data);
    });
    this.#media.addEventListener('error', () => this.onProblem('failed'));
    this.#writer.onBeat = () => this.#beat();
    this.#writer.onFailed = (error) => this.onProblem(error === 'QuotaExceededError' ? 'full' : 'failed');
    this.#unsubscribe = meeting.subscribe(() => this.#arrange());
  }

  /**
   * Gets everything ready; nothing is kept before `start`.
   * @throws Error with the code RECORDING_UNSUPPORTED or RECORDING_FULL
   */
  static async open(meeting: Watched): Promise<Recorder> {
    const [mimeType, container] = TYPES.find(([type]) => globalThis.MediaRecorder?.isTypeSupported(type)) ?? [];
    if (mimeType === undefined || container === undefined) return refuse('RECORDING_UNSUPPORTED');
    if ((await freeBytes()) < LEAST_BYTES) return refuse('RECORDING_FULL');
    // Otherwise a browser short of space may throw it away.
    void navigator.storage.persist().catch(() => undefined);
    const begunAt = Date.now();
    const name = toRecordingName({ begunAt, room: meeting.getSnapshot().name, container });
    const release = holdLock(name);
    const undo: (() => unknown)[] = [release];
    try {
      const writer = await RecordingWriter.open(name);
      undo.push(() => writer.close());
      const mix = new SoundMix();
      undo.push(() => mix.close());
      await mix.start();
      const picture = new Picture(SIZE);
      undo.push(() => picture.close());
      return new Recorder(meeting, name, begunAt, mimeType, { picture, mix, writer, release });
    } catch (error) {
      for (const step of undo.reverse()) await step();
      return refuse('RECORDING_UNSUPPORTED', error);
    }
  }

  start(): void {
    this.#arrange();
    this.#picture.draw();
    this.#media.start(PART_MS);
    this.#writer.beatAfter(FRAME_MS);
  }

  /** Resolves once all is on the disk. May be called again. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#unsubscribe();
    if (this.#media.state !== 'inactive') {
      const ended = new Promise((resolve) => this.#media.addEventListener('stop', resolve, { once: true }));
      this.#media.stop();
      await ended;
    }
    this.#picture.close();
    await Promise.all([this.#writer.close(), this.#mix.close()]);
    this.#release();
    keptChanged();
  }

  #beat(): void {
    if (this.#stopped) return;
    const startedAt = performance.now();
    this.#mix.refresh();
    this.#picture.draw();
    const now = performance.now();
    if (now - this.#lookedAt > LOOK_EVERY_MS) {
      this.#lookedAt = now;
      void this.#lookAfterSpace();
    }
    const tookMs = now - startedAt;
    this.#writer.beatAfter(Math.min(SLOWEST_FRAME_MS, Math.max(FRAME_MS - tookMs, tookMs)));
  }

  async #lookAfterSpace(): Promise<void> {
    if ((await freeBytes()) < SPARE_BYTES && !this.#stopped) this.onProblem('full');
  }

  /** Follows who is there, what they show, and who is muted. */
  #arrange(): void {
    if (this.#stopped) return;
    const snapshot = this.#meeting.getSnapshot();
    const people = [snapshot.self, ...snapshot.others];
    const byId = new Map(people.map((person) => [person.id, person]));
    const places = composePicture(
      people.map((person) => ({
        id: person.id,
        camera: liveVideo(person, 'camera') !== null,
        screen: liveVideo(person, 'screen') !== null,
        spokeAt: snapshot.lastSpokeAt.get(person.id) ?? 0,
      })),
      SIZE,
    );
    this.#picture.set(
      places.flatMap((place): Scene[] => {
        const person = byId.get(place.id);
        return person ? [{ ...place, name: person.name, media: liveVideo(person, place.kind) }] : [];
      }),
    );
    this.#mix.set(people.flatMap(soundsOf));
  }
}

interface Parts {
  readonly picture: Picture;
  readonly mix: SoundMix;
  readonly writer: RecordingWriter;
  readonly release: () => void;
}

/** Null for a picture that stands still: a recording has no frozen faces. */
function liveVideo(person: SeenPerson, kind: 'camera' | 'screen'): Scene['media'] {
  const media = person[kind];
  if (!media || media.muted || media.interrupted || !person.connected) return null;
  return kind === 'screen' && person.screenDeclined ? null : media;
}

function soundsOf({ microphone, screenAudio, screenDeclined }: SeenPerson): Sound[] {
  return [microphone, screenDeclined ? null : screenAudio].flatMap((media) => {
    return media && !media.muted && media.received ? [media] : [];
  });
}

/** Returns how much more this page may keep; much if the browser does not say. */
async function freeBytes(): Promise<number> {
  const { quota, usage = 0 } = await navigator.storage.estimate();
  return quota === undefined ? Number.POSITIVE_INFINITY : quota - usage;
}

/** Returns how to give it back; the browser does so for a page that is gone. */
function holdLock(name: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  void navigator.locks.request(lockOf(name), () => promise);
  return resolve;
}
