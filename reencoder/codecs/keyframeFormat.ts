import type { InputCodec } from '../../core/reencoding/messages.ts';
import type { PictureSize } from '../frames.ts';
import { NAL_TYPE, nalTypeOf, splitAnnexB } from './h264.ts';
import { sizeOfVp8Keyframe } from './vp8.ts';
import { sizeOfVp9Keyframe } from './vp9.ts';

/** What holds from one keyframe to the next. */
export interface KeyframeFormat {
  /** Differs if anything that a decoder is set up with differs. */
  readonly id: string;
  /** Null for H264: its parameter sets are compared, and not read. */
  readonly size: PictureSize | null;
}

/** Returns null if this is no keyframe of the codec. */
export function formatOfKeyframe(codec: InputCodec, data: Buffer): KeyframeFormat | null {
  if (codec === 'H264') {
    const sets = splitAnnexB(data).filter((unit) => nalTypeOf(unit) === NAL_TYPE.sps);
    return sets.length === 0 ? null : { id: Buffer.concat(sets).toString('base64'), size: null };
  }
  const size = codec === 'VP8' ? sizeOfVp8Keyframe(data) : sizeOfVp9Keyframe(data);
  return size && { id: `${size.width}×${size.height}`, size };
}
