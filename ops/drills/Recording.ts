import type { ParticipantId, TrackKind } from '../../core/room/state.ts';
import type { DrillClient } from '../kit/clients/DrillClient.ts';
import type { Carried } from '../kit/clients/FrameLog.ts';
import type { Tone } from '../kit/clients/tones.ts';
import { type Detour, detourOf } from './checks/detours.ts';
import { intervals, longestGap, type Span } from './checks/gaps.ts';
import { type HotMic, hotMic } from './checks/hotMics.ts';

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
  /** Null if media did not come back within the span. */
  readonly gapMs: number | null;
}

export interface MeasuredDetour extends Detour {
  readonly receiver: ParticipantId;
  readonly publisher: ParticipantId;
}

/** Everything that each receiver saw and heard of each remote track during a drill. */
export class Recording {
  readonly #received = new Map<string, Received>();

  /** Adds the frames that clients received since the last call. */
  async collect(clients: readonly Pick<DrillClient, 'participantId' | 'takeFrames'>[]): Promise<void> {
    await Promise.all(
      clients.map(async (client) => {
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
      .map(({ receiver, publisher, kind, times }) => ({ receiver, publisher, kind, gapMs: longestGap(times, span) }));
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

  /** Times between neighbouring frames within a span, over all tracks of one kind. */
  intervals(kind: TrackKind, span: Span): number[] {
    return [...this.#received.values()]
      .filter((received) => received.kind === kind)
      .flatMap(({ times }) => intervals(times, span));
  }

  /** Those since the last call. `mutedSpans`: when each microphone was muted, for the evidence. */
  takeHotMics(mutedSpans: ReadonlyMap<ParticipantId, readonly Span[]>): HotMic[] {
    return [...this.#received.values()]
      .map(({ receiver, publisher, heardTimes }) =>
        hotMic(receiver, publisher, heardTimes.muted.splice(0), mutedSpans.get(publisher) ?? []),
      )
      .filter((found) => found !== null);
  }

  /** The receivers that did not hear `publisher` within a span. While there are any, its silence proves nothing. */
  unheard(publisher: ParticipantId, receivers: readonly ParticipantId[], span: Span): ParticipantId[] {
    const heard = new Set(
      [...this.#received.values()]
        .filter((received) => received.kind === 'audio' && received.publisher === publisher)
        .filter(({ heardTimes }) => heardTimes.open.some((time) => time > span.from && time < span.to))
        .map(({ receiver }) => receiver),
    );
    return receivers.filter((receiver) => receiver !== publisher && !heard.has(receiver));
  }
}
