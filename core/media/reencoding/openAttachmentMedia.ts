import type { types } from 'mediasoup';
import type { AttachAnswer, AttachRequest, InputCodec, OutputCodec } from '../../reencoding/messages.ts';
import type { LayerTarget } from '../../view/layerTargets.ts';
import type { MediaProducer } from '../producers/MediaProducer.ts';
import { openPlainTransport, type PlainListen, plainEndOf } from './openPlainTransport.ts';
import { republishParameters, SCALES, tapCapabilities } from './reencodedParameters.ts';

/** The media objects that carry one track to a sidecar (tap) and back (republish). */
export interface AttachmentMedia {
  readonly tap: types.PlainTransport;
  readonly republish: types.PlainTransport;
  readonly consumer: types.Consumer;
  readonly producer: types.Producer;
}

export interface AttachmentMediaOptions {
  readonly request: AttachRequest;
  readonly source: MediaProducer;
  readonly input: InputCodec;
  readonly output: OutputCodec;
  readonly plainListen: PlainListen;
}

/**
 * The sidecar's encoder answers within a frame. This bounds how many keyframes viewers with bad networks cost all
 * others.
 */
const KEYFRAME_REQUEST_DELAY_MS = 100;

/**
 * Builds the node's ends on the source's router, all of them paused. Leaves nothing behind if it fails.
 * @throws NoMediaPath when no media can pass between this node and the sidecar
 * @throws Error when mediasoup refuses, or the source closes meanwhile
 */
export async function openAttachmentMedia(options: AttachmentMediaOptions): Promise<AttachmentMedia> {
  const { request, source, input, output, plainListen } = options;
  const { router } = source.owner.router;
  const { address } = request;
  const farEnds = [
    { address, port: request.tapPort, srtp: request.srtp?.tap ?? null },
    { address, port: request.republishPort, srtp: request.srtp?.republish ?? null },
  ];
  const opened = await Promise.allSettled(farEnds.map((far) => openPlainTransport(router, far, plainListen)));
  const [tap, republish] = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    const failed = opened.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    if (!tap || !republish) throw new Error('a sidecar needs two transports');
    const [consumer, producer] = await Promise.all([
      tap.consume({ producerId: source.producerId, rtpCapabilities: tapCapabilities(input), paused: true }),
      republish.produce({
        kind: 'video',
        rtpParameters: republishParameters(output, source.producer.rtpParameters.rtcp?.cname),
        paused: true,
        keyFrameRequestDelay: KEYFRAME_REQUEST_DELAY_MS,
      }),
    ]);
    if (consumer.closed || producer.closed) throw new Error('the source closed while a sidecar attached');
    return { tap, republish, consumer, producer };
  } catch (error) {
    for (const result of opened) if (result.status === 'fulfilled') result.value.close();
    throw error;
  }
}

/** Returns what the sidecar needs to build its ends, and what to encode first. */
export function toAttachAnswer(
  { tap, republish, consumer, producer }: AttachmentMedia,
  { input, output }: AttachmentMediaOptions,
  targets: readonly LayerTarget[],
  inputPaused: boolean,
): AttachAnswer {
  const { encodings = [], rtcp } = producer.rtpParameters;
  return {
    type: 'attached',
    tap: {
      ...plainEndOf(tap),
      codec: input,
      ssrc: consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0,
      payloadType: consumer.rtpParameters.codecs[0]?.payloadType ?? 0,
    },
    republish: {
      ...plainEndOf(republish),
      codec: output,
      payloadType: producer.rtpParameters.codecs[0]?.payloadType ?? 0,
      cname: rtcp?.cname ?? '',
      layers: encodings.map(({ ssrc = 0 }, layer) => ({ ssrc, scaleDownBy: SCALES[layer] ?? 1 })),
    },
    targets: [...targets],
    inputPaused,
  };
}
