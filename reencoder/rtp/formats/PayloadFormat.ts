import type { CodedFrame } from '../../frames.ts';

export type JoinedFrame =
  | { readonly type: 'frame'; readonly data: Buffer; readonly keyframe: boolean }
  /** It holds no picture, only parameter sets. */
  | { readonly type: 'nothing' }
  /** It is no whole frame, or breaks the format. */
  | { readonly type: 'broken' };

export const BROKEN: JoinedFrame = { type: 'broken' };

/** A codec's RTP payload format, from the receiver's side. */
export interface PayloadFormat {
  /** Returns whether a keyframe begins with this payload. */
  startsKeyframe(payload: Buffer): boolean;
  /** Joins all payloads of a frame. They are in order and none is empty. */
  join(payloads: readonly Buffer[]): JoinedFrame;
}

/** The sender's side. Each stream has one. */
export interface Packetizer {
  /** Returns payloads of at most `maxBytes`, each as a list of pieces. Returns none for an empty frame. */
  packetize(frame: CodedFrame, maxBytes: number): Buffer[][];
}

/** Cuts into pieces of almost equal size: a last packet of a few bytes costs as much as a full one. */
export function cutEvenly(data: Buffer, maxBytes: number): Buffer[] {
  const count = Math.ceil(data.length / maxBytes);
  const pieces: Buffer[] = [];
  for (let i = 0; i < count; i++) {
    pieces.push(data.subarray(Math.floor((data.length * i) / count), Math.floor((data.length * (i + 1)) / count)));
  }
  return pieces;
}
