import { type ExpectedFlow, isCutOff } from '../media/interruption.ts';
import { lastDelivery } from '../media/lastDelivery.ts';
import type { RemoteTrack } from '../media/RemoteTrack.ts';
import type { RemoteParticipant, TrackPublication } from './participants.ts';

const LOOK_EVERY_MS = 100;
/**
 * The server was heard this recently: what does not arrive is not lost on this client's own way. More than a pause
 * between pings (LivenessWatch), and less than it takes to miss a person (interruption.ts).
 */
const HEARD_MS = 600;

export interface InterruptionWatchOptions {
  readonly participants: () => Iterable<RemoteParticipant>;
  /** When the server was last heard (`performance.now()`); undefined without a connection. */
  readonly heardAt: () => number | undefined;
  readonly changed: (participant: RemoteParticipant) => void;
}

interface Arrival {
  /** What the receiver said of its last frame, by its own clock. */
  stamp: number | undefined;
  /** When that changed; undefined until it first does. */
  at: number | undefined;
}

/**
 * Finds out who is cut off, before the server can know: by what no longer arrives of them. While this client itself may
 * be cut off, it judges nobody.
 */
export class InterruptionWatch {
  readonly #options: InterruptionWatchOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #arrivals = new WeakMap<RemoteTrack, Arrival>();

  constructor(options: InterruptionWatchOptions) {
    this.#options = options;
  }

  /** All tracks start again: one that has not arrived yet proves nothing. */
  entered(): void {
    this.#arrivals = new WeakMap();
    this.#timer ??= setInterval(() => this.#look(performance.now()), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(now: number): void {
    const heardAt = this.#options.heardAt();
    if (heardAt === undefined || now - heardAt > HEARD_MS) return;
    for (const participant of this.#options.participants()) {
      const interrupted = participant.connected && this.#isCutOff(participant, now);
      if (participant.interrupted === interrupted) continue;
      participant.interrupted = interrupted;
      this.#options.changed(participant);
    }
  }

  #isCutOff(participant: RemoteParticipant, now: number): boolean {
    const flows: ExpectedFlow[] = [];
    for (const source of ['camera', 'microphone'] as const) {
      const publication = participant.publication(source);
      const arrival = publication && this.#arrivalOf(publication, now);
      if (arrival === undefined) continue;
      flows.push({ source, lastAt: arrival.at });
      // A camera that flows is proof enough: every look at a receiver is a call into another thread.
      if (arrival.at === now) return false;
    }
    return isCutOff(flows, now);
  }

  /** Returns undefined if nothing of the track is expected. */
  #arrivalOf({ muted, track }: TrackPublication<RemoteTrack>, now: number): Arrival | undefined {
    const receiver = track?.consumer?.rtpReceiver;
    if (track === undefined) return undefined;
    if (muted || track.paused || receiver === undefined || !('getSynchronizationSources' in receiver)) {
      this.#arrivals.delete(track);
      return undefined;
    }
    const stamp = lastDelivery(receiver);
    const known = this.#arrivals.get(track);
    const arrival = known ?? { stamp, at: undefined };
    if (known === undefined) this.#arrivals.set(track, arrival);
    // Receivers forget after some seconds.
    if (stamp !== undefined && stamp !== arrival.stamp) {
      arrival.stamp = stamp;
      arrival.at = now;
    }
    return arrival;
  }
}
