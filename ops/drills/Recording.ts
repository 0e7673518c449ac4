import type { ParticipantId, TrackKind } from '../../core/room/state.ts';
import type { DrillClient } from '../kit/clients/DrillClient.ts';
import type { Carried } from '../kit/clients/FrameLog.ts';
import type { Step } from '../kit/clients/StepLog.ts';
import type { Tone } from '../kit/clients/tones.ts';
import { type Detour, detourOf } from './checks/detours.ts';
import { intervals, lengthOf, longestGap, type Span } from './checks/gaps.ts';
import { type HotMic, hotMic } from './checks/hotMics.ts';

/** A step of a recovery, and whose it was. */
export interface RecordedStep extends Step {
  readonly who: ParticipantId;
}

interface Received {
  readonly receiver: ParticipantId;
  readonly publisher: ParticipantId;
  readonly kind: TrackKind;
  /** ms since the epoch, in order. */
  readonly times: number[];
  readonly heardTimes: Record<Tone, number[]>;
  readonly carried: Carried[];
}

export interface MeasuredGap {
  readonly receiver: ParticipantId;
  readonly publisher: ParticipantId;
  readonly kind: TrackKind;
  /** From the last frame before it to the first one after; null if media did not come back within the span. */
  readonly gap: Span | null;
  /** Its length. */
  readonly gapMs: number | null;
}

/** The frames of one track at one receiver, ms since the epoch. */
export interface RecordedFrames {
  readonly receiver: ParticipantId;
  readonly publisher: ParticipantId;
  readonly kind: TrackKind;
  readonly times: readonly number[];
}

export interface MeasuredDetour extends Detour {
  readonly receiver: ParticipantId;
  readonly publisher: ParticipantId;
}

type RecordedClient = Pick<DrillClient, 'participantId' | 'takeFrames' | 'takeSteps'>;

/** Everything that each receiver saw and heard of each remote track during a drill. */
export class Recording {
  readonly #received = new Map<string, Received>();
  readonly #steps: RecordedStep[] = [];

  /** Adds the frames that clients received, and the steps that they took, since the last call. */
  async collect(clients: readonly RecordedClient[]): Promise<void> {
    await Promise.all(
      clients.map(async (client) => {
        const who = client.participantId;
        for (const step of await client.takeSteps()) this.#steps.push({ who, ...step });
        for (const { publisherId, trackId, kind, times, heardTimes, carried } of await client.takeFrames()) {
          const key = `${client.participantId} ${trackId}`;
          const received = this.#received.get(key) ?? {
            receiver: client.participantId,
            publisher: publisherId,
            kind,
            times: [],
            heardTimes: { open: [], muted: [] },
            carried: [],
          };
          received.times.push(...times);
          received.heardTimes.open.push(...heardTimes.open);
          received.heardTimes.muted.push(...heardTimes.muted);
          received.carried.push(...carried);
          this.#received.set(key, received);
        }
      }),
    );
  }

  /** The gaps around a fault: video of everybody, audio of everybody except `muted`. */
  gaps(span: Span, muted: ReadonlySet<ParticipantId>): MeasuredGap[] {
    return [...this.#received.values()]
      .filter(({ kind, publisher }) => kind === 'video' || !muted.has(publisher))
      .map(({ receiver, publisher, kind, times }) => {
        const gap = longestGap(times, span);
        return { receiver, publisher, kind, gap, gapMs: gap && lengthOf(gap) };
      });
  }

  /** The frames of every track within a span. */
  frames(span: Span): RecordedFrames[] {
    return [...this.#received.values()].map(({ receiver, publisher, kind, times }) => {
      return { receiver, publisher, kind, times: times.filter((time) => time >= span.from && time <= span.to) };
    });
  }

  /** What clients did within a span to come back. */
  steps(span: Span): RecordedStep[] {
    return this.#steps.filter(({ at }) => at >= span.from && at <= span.to);
  }

  /** When each receiver's pictures switched to the sources after a fault, and back. */
  detours(faultAt: number, sourceOf: ReadonlyMap<ParticipantId, string>): MeasuredDetour[] {
    return [...this.#received.values()]
      .filter(({ kind }) => kind === 'video')
      .map(({ receiver, publisher, times, carried }) => {
        const isSource = (producerId: string): boolean => producerId === sourceOf.get(publisher);
        return { receiver, publisher, ...detourOf(times, carried, isSource, faultAt) };
      });
  }

  /**
   * Times between neighbouring frames within a span, over all tracks of one kind. What a publisher's microphone sends
   * while it is muted does not count.
   */
  intervals(kind: TrackKind, span: Span, mutedSpans: ReadonlyMap<ParticipantId, readonly Span[]>): number[] {
    return [...this.#received.values()]
      .filter((received) => received.kind === kind)
      .flatMap(({ publisher, times }) => intervals(times, span, kind === 'audio' ? mutedSpans.get(publisher) : []));
  }

  /** Those since the last call. `mutedSpans`: when each microphone was muted, for the evidence. */
  takeHotMics(mutedSpans: ReadonlyMap<ParticipantId, readonly Span[]>): HotMic[] {
    return [...this.#received.values()]
      .map(({ receiver, publisher, heardTimes }) =>
        hotMic(receiver, publisher, heardTimes.muted.splice(0), mutedSpans.get(publisher) ?? []),
      )
      .filter((found) => found !== null);
  }

  /** The receivers that heard this tone of `publisher` within a span. */
  hearers(publisher: ParticipantId, tone: Tone, span: Span): ParticipantId[] {
    return [...this.#received.values()]
      .filter((received) => received.kind === 'audio' && received.publisher === publisher)
      .filter(({ heardTimes }) => heardTimes[tone].some((time) => time > span.from && time < span.to))
      .map(({ receiver }) => receiver);
  }

  /** The receivers that did not hear `publisher` within a span. While there are any, its silence proves nothing. */
  unheard(publisher: ParticipantId, receivers: readonly ParticipantId[], span: Span): ParticipantId[] {
    const heard = new Set(this.hearers(publisher, 'open', span));
    return receivers.filter((receiver) => receiver !== publisher && !heard.has(receiver));
  }
}
