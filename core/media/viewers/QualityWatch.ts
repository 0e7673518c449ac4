import type { Clock } from '../../ports.ts';
import type { ParticipantId, TrackId } from '../../room/state.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import type { Quality, RoomMediaListener } from '../RoomMedia.ts';
import type { ParticipantMedia } from '../sessions/ParticipantMedia.ts';
import { qualityOf } from './connectionQuality.ts';
import { SilentCameras } from './SilentCameras.ts';
import type { ViewerConsumer } from './ViewerConsumer.ts';

const CHECK_AFTER_MS = 1_000;

/** Reports that a participant's connection got better or worse, at most once a second. */
export class QualityWatch {
  readonly #clock: Clock;
  readonly #viewers: ReadonlyMap<ParticipantId, ParticipantMedia>;
  readonly #producers: ReadonlyMap<TrackId, MediaProducer>;
  readonly #listener: RoomMediaListener;
  readonly #sent = new Map<ParticipantId, Quality>();
  readonly #silent = new SilentCameras();
  #cancelCheck: (() => void) | null = null;
  #closed = false;

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
    media.send.on('icestatechange', () => this.#checkSoon());
    media.recv.on('icestatechange', () => this.#checkSoon());
  }

  watchProducer({ producer }: MediaProducer): void {
    producer.on('score', () => this.#checkSoon());
  }

  watchConsumer({ consumer }: ViewerConsumer): void {
    consumer.on('score', () => this.#checkSoon());
  }

  close(): void {
    this.#closed = true;
    this.#cancelCheck?.();
    this.#cancelCheck = null;
  }

  #checkSoon(): void {
    if (this.#closed) return;
    this.#cancelCheck ??= this.#clock.setTimer(CHECK_AFTER_MS, () => {
      this.#cancelCheck = null;
      void this.#check();
    });
  }

  async #check(): Promise<void> {
    const silent = await this.#silent.find(this.#producers.values());
    if (this.#closed) return;
    if (this.#silent.mustLookAgain) this.#checkSoon();
    for (const participantId of this.#sent.keys()) {
      if (!this.#viewers.has(participantId)) this.#sent.delete(participantId);
    }
    const sent = new Map<ParticipantId, number[]>();
    for (const { participantId, producer } of this.#producers.values()) {
      const best = Math.max(0, ...producer.score.map(({ score }) => score));
      sent.set(participantId, [...(sent.get(participantId) ?? []), best]);
    }
    for (const media of this.#viewers.values()) {
      if (media.standby) continue;
      const iceConnected = ![media.send, media.recv].some(({ iceState }) => iceState === 'disconnected');
      const flowing = [...media.consumers.values()].filter(({ paused }) => !paused);
      const received = flowing.map(({ consumer }) => consumer.score.score);
      const { participantId } = media;
      const silentCameras = silent.filter((producer) => producer.participantId === participantId).length;
      const scores = { sent: sent.get(participantId) ?? [], received, silent: silentCameras };
      const quality = qualityOf({ iceConnected, ...scores });
      if ((this.#sent.get(media.participantId) ?? 3) === quality) continue;
      this.#sent.set(media.participantId, quality);
      this.#listener.connectionQualityChanged(media.participantId, quality);
    }
  }
}
