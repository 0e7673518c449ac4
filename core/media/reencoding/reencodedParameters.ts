import { randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import { type InputCodec, type OutputCodec, REENCODED_LAYERS } from '../../reencoding/messages.ts';
import { RTP_CAPABILITIES, reencodedAs } from '../codecs.ts';
import type { RtpCapabilities, RtpParameters } from '../rtpTypes.ts';

/** The factor by which each layer's picture is smaller than the source's, lowest first. */
export const SCALES: readonly number[] = Array.from(
  { length: REENCODED_LAYERS },
  (_, layer) => 2 ** (REENCODED_LAYERS - 1 - layer),
);

const FEEDBACK: readonly types.RtcpFeedback[] = [
  { type: 'nack', parameter: '' },
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
];

/** A sidecar can receive this: one codec, retransmission on the same stream (no RTX), no bandwidth estimation. */
export function tapCapabilities(codec: InputCodec): RtpCapabilities {
  const mimeType = `video/${codec}`.toLowerCase();
  const codecs = (RTP_CAPABILITIES.codecs ?? [])
    .filter((candidate) => candidate.mimeType.toLowerCase() === mimeType)
    .map((candidate) => ({ ...candidate, rtcpFeedback: [...FEEDBACK] }));
  return { codecs, headerExtensions: [] };
}

/** A sidecar sends this: three streams, with the source's CNAME, which ties its picture to its sound. */
export function republishParameters(codec: OutputCodec, cname: string | undefined): RtpParameters {
  const ssrcs = new Set<number>();
  while (ssrcs.size < REENCODED_LAYERS) ssrcs.add(randomInt(1, 0xffff_ffff));
  return {
    codecs: [{ ...reencodedAs(codec), rtcpFeedback: [...FEEDBACK] }],
    headerExtensions: [],
    encodings: [...ssrcs].map((ssrc) => ({ ssrc, scalabilityMode: 'L1T1', dtx: false })),
    rtcp: { ...(cname === undefined ? {} : { cname }), reducedSize: true },
  };
}
