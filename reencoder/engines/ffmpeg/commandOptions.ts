import type { InputCodec, OutputCodec } from '../../../core/reencoding/messages.ts';
import { MAX_PIXELS } from '../pictureSize.ts';
import { vp8Speed } from '../vp8Speed.ts';

export interface CommandOptions {
  readonly input: InputCodec;
  readonly output: OutputCodec;
  readonly scaleDownBy: number;
  readonly bitrateBps: number;
}

/** Time base of all times that the command sees. */
export const TICKS_PER_SECOND = 1_000;
const KEYFRAME_EVERY_SECONDS = 0.9;

/** A damaged frame ends the command. Pictures between keyframes may change their size; layers keep theirs. */
export const INPUT_OPTIONS = [
  ...['-hide_banner', '-loglevel', 'error', '-nostats', '-xerror', '-reinit_filter', '0'],
  ...['-threads', '1', '-flags', 'low_delay', '-max_pixels', String(MAX_PIXELS)],
  ...['-f', 'ivf', '-probesize', '32', '-analyzeduration', '0'],
];

/** The sides are those of `layerSize`. With more than one thread frames come out late. */
export function outputOptions({ output, scaleDownBy, bitrateBps }: CommandOptions): string[] {
  const side = (length: string) => `'max(16,trunc(${length}/${scaleDownBy}/2)*2)'`;
  const keyframes = `expr:if(isnan(prev_forced_t),1,gte(t,prev_forced_t+${KEYFRAME_EVERY_SECONDS}))`;
  const rate = String(Math.round(bitrateBps));
  return [
    ...['-copyts', '-filter:v', `scale=${side('iw')}:${side('ih')}:flags=fast_bilinear,format=yuv420p`],
    ...['-fps_mode', 'passthrough', '-enc_time_base', `1:${TICKS_PER_SECOND}`, '-threads', '1'],
    ...['-force_key_frames', keyframes, '-g', '3000', '-flush_packets', '1'],
    ...['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate],
    ...(output === 'VP8' ? vp8Options(scaleDownBy) : H264_OPTIONS),
  ];
}

/** Realtime: no frame is held back or left out, and a keyframe has at most the bits of six frames. */
function vp8Options(scaleDownBy: number): string[] {
  const assumed = { width: 1_280 / scaleDownBy, height: 720 / scaleDownBy };
  return [
    ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', vp8Speed(assumed), '-lag-in-frames', '0'],
    ...['-max-intra-rate', '600', '-static-thresh', '1', '-undershoot-pct', '100', '-overshoot-pct', '15'],
    ...['-qmin', '2', '-qmax', '63', '-f', 'ivf'],
  ];
}

const H264_OPTIONS = [
  ...['-c:v', 'libx264', '-preset', 'superfast', '-tune', 'zerolatency', '-profile:v', 'baseline', '-bf', '0'],
  ...['-forced-idr', '1', '-sc_threshold', '0', '-refs', '1', '-x264-params', 'fps=30', '-f', 'flv'],
];
