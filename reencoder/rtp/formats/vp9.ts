import { isVp9Keyframe, toSuperframe } from '../../codecs/vp9.ts';
import { BROKEN, type JoinedFrame, type PayloadFormat } from './PayloadFormat.ts';

const MAX_REFERENCES = 3;
/** The most frames that a superframe index can count. */
const MAX_SPATIAL_LAYERS = 8;

interface Descriptor {
  readonly bytes: number;
  readonly interPredicted: boolean;
  readonly startsLayerFrame: boolean;
  readonly endsLayerFrame: boolean;
  readonly spatialLayer: number;
}

/** RTP payload format for VP9 (RFC 9628). The spatial layers of a picture come as one superframe. */
export class Vp9Format implements PayloadFormat {
  startsKeyframe(payload: Buffer): boolean {
    const descriptor = parseDescriptor(payload);
    if (descriptor === null || !descriptor.startsLayerFrame || descriptor.interPredicted) return false;
    return descriptor.spatialLayer === 0 && isVp9Keyframe(payload.subarray(descriptor.bytes));
  }

  join(payloads: readonly Buffer[]): JoinedFrame {
    const layerFrames: Buffer[] = [];
    let pieces: Buffer[] | null = null;
    let baseLayer = false;
    for (const payload of payloads) {
      const descriptor = parseDescriptor(payload);
      if (descriptor === null || descriptor.startsLayerFrame !== (pieces === null)) return BROKEN;
      if (layerFrames.length === 0 && pieces === null) baseLayer = descriptor.spatialLayer === 0;
      pieces ??= [];
      pieces.push(payload.subarray(descriptor.bytes));
      if (descriptor.endsLayerFrame) {
        layerFrames.push(Buffer.concat(pieces));
        pieces = null;
      }
    }
    const [first] = layerFrames;
    if (pieces !== null || first === undefined || layerFrames.length > MAX_SPATIAL_LAYERS) return BROKEN;
    return { type: 'frame', data: toSuperframe(layerFrames), keyframe: baseLayer && isVp9Keyframe(first) };
  }
}

function parseDescriptor(payload: Buffer): Descriptor | null {
  const first = payload[0];
  if (first === undefined) return null;
  const flexible = (first & 0x10) !== 0;
  const interPredicted = (first & 0x40) !== 0;
  let bytes = 1;
  let spatialLayer = 0;
  if (first & 0x80) bytes += (payload[bytes] ?? 0) & 0x80 ? 2 : 1; // Picture id.
  if (first & 0x20) {
    spatialLayer = ((payload[bytes] ?? 0) >> 1) & 0x07;
    bytes += flexible ? 1 : 2; // Layer indices, and TL0PICIDX.
  }
  if (flexible && interPredicted) {
    let references = 1;
    while ((payload[bytes++] ?? 0) & 0x01) {
      if (++references > MAX_REFERENCES) return null;
    }
  }
  if (first & 0x02) bytes = skipScalabilityStructure(payload, bytes);
  if (bytes >= payload.length) return null;
  return {
    bytes,
    interPredicted,
    startsLayerFrame: (first & 0x08) !== 0,
    endsLayerFrame: (first & 0x04) !== 0,
    spatialLayer,
  };
}

/** Returns the index after the structure, which may lie beyond the end of a truncated payload. */
function skipScalabilityStructure(payload: Buffer, start: number): number {
  const flags = payload[start] ?? 0;
  let bytes = start + 1;
  if (flags & 0x10) bytes += ((flags >> 5) + 1) * 4; // A size for each spatial layer.
  if (flags & 0x08) {
    const pictures = payload[bytes++] ?? 0;
    for (let i = 0; i < pictures; i++) bytes += 1 + (((payload[bytes] ?? 0) >> 2) & 0x03);
  }
  return bytes;
}
