import type { ParticipantId } from '../../core/room/state.ts';
import type { Announcement } from '../kit/clients/DrillClient.ts';
import type { Deed } from '../kit/clients/deeds.ts';
import type { HotMic } from './checks/hotMics.ts';

/** Something that must not happen, with all evidence: a drill that finds it once may never find it again. */
export interface Problem {
  /** One sentence. */
  readonly what: string;
  /** Null if it concerns the drill as a whole. */
  readonly round: number | null;
  /** The participant who saw it, heard it or asked for it; null if it is no single one. */
  readonly who: ParticipantId | null;
  readonly evidence: Evidence;
}

/** Times in ms since the epoch. */
export type Evidence =
  | {
      readonly kind: 'notRecovered';
      readonly waitedFrom: number;
      readonly waitedTo: number;
      /** What the connections of each client said of their videos then. */
      readonly media: Readonly<Record<ParticipantId, readonly string[]>>;
    }
  | { readonly kind: 'noMedia'; readonly publisher: ParticipantId; readonly from: number; readonly to: number }
  | { readonly kind: 'cameBack'; readonly recoveries: number }
  /** Media stopped for somebody whom the fault should not have reached. */
  | { readonly kind: 'stopped'; readonly publisher: ParticipantId; readonly gapMs: number; readonly faultAt: number }
  | { readonly kind: 'lostPlace'; readonly version: number; readonly at: number }
  | { readonly kind: 'detour'; readonly publisher: ParticipantId; readonly faultAt: number }
  | { readonly kind: 'told'; readonly announcement: Announcement; readonly faultAt: number }
  | { readonly kind: 'unanswered'; readonly deeds: readonly Deed[] }
  | {
      readonly kind: 'fact';
      readonly fault: 'lost' | 'duplicated' | 'reordered';
      /** The journal, or the participant whose copy is wrong. */
      readonly where: string;
      readonly key: string;
      /** The client's request and its answer; null if nobody asked for it. */
      readonly deed: Deed | null;
    }
  | { readonly kind: 'state'; readonly where: string; readonly version: number; readonly difference: string }
  | { readonly kind: 'hotMic'; readonly hotMic: HotMic }
  | { readonly kind: 'client'; readonly said: string };

export function toProblem(hotMic: HotMic): Problem {
  const { receiver, publisher, heard } = hotMic;
  const from = new Date(heard.from).toISOString();
  const what = `[M2] ${receiver} heard ${publisher}, who was muted (${heard.stretches} stretches from ${from} on)`;
  return { what, round: null, who: receiver, evidence: { kind: 'hotMic', hotMic } };
}
