import type { InputCodec } from '../../core/reencoding/messages.ts';
import type { PictureSize } from '../frames.ts';
import { NAL_TYPE, nalTypeOf, splitAnnexB } from './h264.ts';
import { sizeOfVp8Keyframe } from './vp8.ts';
import { sizeOfVp9Keyframe } from './vp9.ts';

/** The properties of a stream that only a keyframe can change. */
export interface KeyframeFormat {
  /** Two ids differ if a decoder needs another set-up. */
  readonly id: string;
  /** Null for H264, whose parameter sets are compared but not parsed. */
  readonly size: PictureSize | null;
}

/** Returns null if this is not a keyframe of the codec. */
export function formatOfKeyframe(codec: InputCodec, data: Buffer): KeyframeFormat | null {
  if (codec === 'H264') {
    const sets = splitAnnexB(data).filter((unit) => nalTypeOf(unit) === NAL_TYPE.sps);
    return sets.length === 0 ? null : { id: Buffer.concat(sets).toString('base64'), size: null };
  }
  const size = codec === 'VP8' ? sizeOfVp8Keyframe(data) : sizeOfVp9Keyframe(data);
  return size && { id: `${size.width}×${size.height}`, size };
}
