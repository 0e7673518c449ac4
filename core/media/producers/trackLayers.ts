import { parseScalabilityMode } from 'mediasoup';
import type { TrackSource } from '../../room/state.ts';
import type { TrackLayers } from '../../view/mediaSteps.ts';
import type { RtpParameters } from '../rtpTypes.ts';

/** RTP parameters do not have the picture's size: these are the heights that our clients capture. */
const CAPTURE_HEIGHT: Readonly<Record<TrackSource, number>> = {
  camera: 720,
  screen: 1080,
  microphone: 0,
  screenAudio: 0,
};

/**
 * The layers of a producer's encodings: simulcast has one encoding for each spatial layer, SVC one encoding for all.
 */
export function toTrackLayers(source: TrackSource, rtpParameters: RtpParameters): TrackLayers {
  if (source === 'microphone' || source === 'screenAudio') return { heights: [], temporalLayers: 1 };
  const encodings = rtpParameters.encodings ?? [];
  const modes = encodings.map((encoding) => parseScalabilityMode(encoding.scalabilityMode));
  const count = encodings.length > 1 ? encodings.length : (modes[0]?.spatialLayers ?? 1);
  const scales = Array.from({ length: count }, (_, layer) => scaleOf(encodings[layer], 2 ** (count - 1 - layer)));
  return {
    heights: scales.map((scale) => Math.round(CAPTURE_HEIGHT[source] / scale)),
    temporalLayers: Math.max(1, ...modes.map((mode) => mode.temporalLayers)),
  };
}

/** `scaleResolutionDownBy` is no RTP parameter, but clients send their encodings as they are. */
function scaleOf(encoding: object | undefined, assumed: number): number {
  if (!encoding || !('scaleResolutionDownBy' in encoding)) return assumed;
  const scale = encoding.scaleResolutionDownBy;
  return typeof scale === 'number' && scale >= 1 && scale <= 64 ? scale : assumed;
}
