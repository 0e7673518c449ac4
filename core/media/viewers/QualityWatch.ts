import type { Clock } from '../../ports.ts';
import type { ParticipantId, TrackId } from '../../room/state.ts';
import type { MediaProducer } from '../MediaProducer.ts';
import type { ParticipantMedia } from '../ParticipantMedia.ts';
import type { Quality, RoomMediaListener } from '../RoomMedia.ts';
import { qualityOf } from './connectionQuality.ts';
import type { ViewerConsumer } from './ViewerConsumer.ts';

const LOOK_AFTER_MS = 1_000;

/** Tells when a participant's connection got better or worse, at most once a second. */
export class QualityWatch {
  readonly #clock: Clock;
  readonly #viewers: ReadonlyMap<ParticipantId, ParticipantMedia>;
  readonly #producers: ReadonlyMap<TrackId, MediaProducer>;
  readonly #listener: RoomMediaListener;
  readonly #told = new Map<ParticipantId, Quality>();
  #cancelLook: (() => void) | null = null;

  constructor(
    clock: Clock,
    viewers: ReadonlyMap<ParticipantId, ParticipantMedia>,
    producers: ReadonlyMap<TrackId, MediaProducer>,
    listener: RoomMediaListener,
  ) {
    this.#clock = clock;
    this.#viewers = viewers;
    this.#producers = producers;
    this.#listener = listener;
  }

  watchParticipant(media: ParticipantMedia): void {
    media.send.on('icestatechange', () => this.#lookSoon());
    media.recv.on('icestatechange', () => this.#lookSoon());
  }

  watchProducer({ producer }: MediaProducer): void {
    producer.on('score', () => this.#lookSoon());
  }

  watchConsumer({ consumer }: ViewerConsumer): void {
    consumer.on('score', () => this.#lookSoon());
  }

  close(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
  }

  #lookSoon(): void {
    this.#cancelLook ??= this.#clock.setTimer(LOOK_AFTER_MS, () => this.#look());
  }

  #look(): void {
    this.#cancelLook = null;
    for (const participantId of this.#told.keys()) {
      if (!this.#viewers.has(participantId)) this.#told.delete(participantId);
    }
    const sent = new Map<ParticipantId, number[]>();
    for (const { participantId, producer } of this.#producers.values()) {
      const best = Math.max(0, ...producer.score.map(({ score }) => score));
      sent.set(participantId, [...(sent.get(participantId) ?? []), best]);
    }
    for (const media of this.#viewers.values()) {
      const iceConnected = ![media.send, media.recv].some(({ iceState }) => iceState === 'disconnected');
      const flowing = [...media.consumers.values()].filter(({ paused }) => !paused);
      const received = flowing.map(({ consumer }) => consumer.score.score);
      const quality = qualityOf({ iceConnected, sent: sent.get(media.participantId) ?? [], received });
      if ((this.#told.get(media.participantId) ?? 3) === quality) continue;
      this.#told.set(media.participantId, quality);
      this.#listener.connectionQualityChanged(media.participantId, quality);
    }
  }
}
