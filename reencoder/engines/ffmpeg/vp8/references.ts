import { BoolDecoder } from './boolCoder.ts';

/** Pictures that a decoder keeps for later frames to refer to. */
export const REFERENCES = ['last', 'golden', 'altref'] as const;

export type Reference = (typeof REFERENCES)[number];

/** What a frame leaves in a reference: its own picture, or what another one (or itself) had before. */
export type Update = 'picture' | Reference;

export interface Vp8Frame {
  /** Which reconstruction filters it is made for. */
  readonly version: number;
  readonly shown: boolean;
  /** Whether its parts have settings of their own, which decoders keep from frame to frame. */
  readonly segmented: boolean;
  readonly updates: Readonly<Record<Reference, Update>>;
}

const TAG_BYTES = 3;
/** After the tag of a keyframe: a start code and the size. */
const KEYFRAME_HEADER_BYTES = 7;
const SEGMENTS = 4;

/** RFC 6386, sections 9.1 to 9.11 and 19.2. A frame that ends too early reads as if zeros followed. */
export function readVp8Frame(data: Buffer): Vp8Frame {
  const tag = data[0] ?? 0;
  const isKeyframe = (tag & 1) === 0;
  const bits = new BoolDecoder(data.subarray(TAG_BYTES + (isKeyframe ? KEYFRAME_HEADER_BYTES : 0)));
  if (isKeyframe) bits.number(2); // Colour space, clamping.
  const segmented = bits.flag();
  if (segmented) skipSegmentation(bits);
  bits.number(1 + 6 + 3); // The loop filter's type, level and sharpness.
  if (bits.flag() && bits.flag()) for (let delta = 0; delta < 8; delta++) skipOptional(bits, 6 + 1);
  bits.number(2); // Partitions.
  bits.number(7);
  for (let quantizer = 0; quantizer < 5; quantizer++) skipOptional(bits, 4 + 1);
  const updates: Record<Reference, Update> = { last: 'picture', golden: 'picture', altref: 'picture' };
  if (!isKeyframe) {
    const [refreshesGolden, refreshesAltref] = [bits.flag(), bits.flag()];
    if (!refreshesGolden) updates.golden = copied('golden', ['golden', 'last', 'altref'], bits);
    if (!refreshesAltref) updates.altref = copied('altref', ['altref', 'last', 'golden'], bits);
    bits.number(2 + 1); // Sign biases; whether probabilities stay.
    if (!bits.flag()) updates.last = 'last';
  }
  return { version: (tag >> 1) & 7, shown: (tag & 0x10) !== 0, segmented, updates };
}

function copied(own: Reference, sources: readonly Reference[], bits: BoolDecoder): Reference {
  return sources[bits.number(2)] ?? own;
}

function skipSegmentation(bits: BoolDecoder): void {
  const [updatesMap, updatesSettings] = [bits.flag(), bits.flag()];
  if (updatesSettings) {
    bits.flag(); // Whether they are absolute.
    for (let segment = 0; segment < SEGMENTS; segment++) skipOptional(bits, 7 + 1);
    for (let segment = 0; segment < SEGMENTS; segment++) skipOptional(bits, 6 + 1);
  }
  if (updatesMap) for (let branch = 0; branch < SEGMENTS - 1; branch++) skipOptional(bits, 8);
}

function skipOptional(bits: BoolDecoder, count: number): void {
  if (bits.flag()) bits.number(count);
}
