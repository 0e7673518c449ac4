import type { types } from 'mediasoup';
import { ortc } from 'mediasoup';
import type { ReencodableCodec, ReencodedCodec } from '../view/mediaSteps.ts';
import type { RtpCapabilities, RtpParameters } from './rtpTypes.ts';

/**
 * The codecs of rooms. Payload types are fixed, so that a client's loaded device fits every node and every restart;
 * mediasoup numbers the RTX of each video codec from 100 on, so 100–109 stay free. Clients see this order as the order
 * of preference. Stereo is the publisher's choice.
 */
export const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    preferredPayloadType: 111,
    clockRate: 48_000,
    channels: 2,
    parameters: { minptime: 10, useinbandfec: 1, usedtx: 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', preferredPayloadType: 96, clockRate: 90_000 },
  {
    kind: 'video',
    mimeType: 'video/VP9',
    preferredPayloadType: 98,
    clockRate: 90_000,
    parameters: { 'profile-id': 0 },
  },
  {
    kind: 'video',
    mimeType: 'video/VP9',
    preferredPayloadType: 99,
    clockRate: 90_000,
    parameters: { 'profile-id': 2 },
  },
  { kind: 'video', mimeType: 'video/AV1', preferredPayloadType: 97, clockRate: 90_000 },
  h264(120, '42e01f'), // constrained baseline 3.1: every device has it
  h264(121, '42001f'), // baseline 3.1
  h264(122, '4d001f'), // main 3.1
  h264(123, '64001f'), // high 3.1
];

/** Computed without a worker: the same on every node and after every restart. */
export const RTP_CAPABILITIES: RtpCapabilities = ortc.generateRouterRtpCapabilities(structuredClone(MEDIA_CODECS));

/** Returns null for codecs that no sidecar decodes: audio, AV1, and VP9 of more than 8 bits. */
export function reencodableCodecOf({ codecs }: RtpParameters): ReencodableCodec | null {
  const [codec] = codecs;
  switch (codec?.mimeType.toLowerCase()) {
    case 'video/vp8':
      return 'VP8';
    case 'video/vp9':
      return Number(codec.parameters?.['profile-id'] ?? 0) === 0 ? 'VP9' : null;
    case 'video/h264':
      return 'H264';
    default:
      return null;
  }
}

/** A sidecar sends back one of these; H264 in the profile that every device has. */
const REENCODED_AS: Readonly<Record<ReencodedCodec, types.RtpCodecParameters>> = {
  VP8: { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 },
  H264: {
    mimeType: 'video/H264',
    payloadType: 120,
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
};

export function reencodedAs(codec: ReencodedCodec): types.RtpCodecParameters {
  return structuredClone(REENCODED_AS[codec]);
}

/** Returns the codecs a sidecar may send back that this device receives. */
export function receivableCodecs({ codecs = [] }: RtpCapabilities): ReadonlySet<ReencodedCodec> {
  const receives = new Set<ReencodedCodec>();
  for (const { mimeType, parameters } of codecs) {
    if (mimeType.toLowerCase() === 'video/vp8') receives.add('VP8');
    const isH264 = mimeType.toLowerCase() === 'video/h264' && Number(parameters?.['packetization-mode'] ?? 0) === 1;
    if (isH264 && /^42/.test(String(parameters?.['profile-level-id'] ?? ''))) receives.add('H264');
  }
  return receives;
}

function h264(preferredPayloadType: number, profileLevelId: string): types.RouterRtpCodecCapability {
  return {
    kind: 'video',
    mimeType: 'video/H264',
    preferredPayloadType,
    clockRate: 90_000,
    parameters: {
      'packetization-mode': 1,
      'profile-level-id': profileLevelId,
      'level-asymmetry-allowed': 1,
    },
  };
}
