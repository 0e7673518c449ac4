import type { CodedFrame } from '../../frames.ts';

export type JoinedFrame =
  | { readonly type: 'frame'; readonly data: Buffer; readonly keyframe: boolean }
  /** No picture in it: parameter sets alone. */
  | { readonly type: 'nothing' }
  /** Not a whole frame, or not what the format allows. */
  | { readonly type: 'broken' };

export const BROKEN: JoinedFrame = { type: 'broken' };

/** How a codec's frames are cut into RTP payloads, seen from the receiver. */
export interface PayloadFormat {
  /** Whether a keyframe begins with this payload. */
  startsKeyframe(payload: Buffer): boolean;
  /** Makes a frame of all its payloads, in order, none empty. */
  join(payloads: readonly Buffer[]): JoinedFrame;
}

/** The sender's side. One for each stream. */
export interface Packetizer {
  /** Payloads of at most `maxBytes`, each as the pieces that it is made of. Empty: there is nothing in the frame. */
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
