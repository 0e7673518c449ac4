import type { PictureSize } from '../../pictureSize.ts';
import { BoolEncoder } from './boolCoder.ts';
import type { Reference, Vp8Frame } from './references.ts';

/**
 * How likely it is that the probabilities of coefficients stay: RFC 6386, section 13.4. A line for each band of each type of block,
 * in it the three contexts, in those the tokens, without the 255s at their end.
 */
const COEFFICIENTS_STAY = `
  - / - / -
  176 246 / 223 241 252 / 249 253 253
  255 244 252 / 234 254 254 / 253
  255 246 254 / 239 253 254 / 254 255 254
  255 248 254 / 251 255 254 / -
  255 253 254 / 251 254 254 / 254 255 254
  255 254 253 255 254 / 250 255 254 255 254 / 254
  - / - / -
  217 / 225 252 241 253 255 255 254 / 234 250 241 250 253 255 253 254
  255 254 / 223 254 254 / 238 253 254 254
  255 248 254 / 249 254 / -
  255 253 / 247 254 / -
  255 253 254 / 252 / -
  255 254 254 / 253 / -
  255 254 253 / 250 / 254
  - / - / -
  186 251 250 / 234 251 244 254 / 251 251 243 253 254 255 254
  255 253 254 / 236 253 254 / 251 253 253 254 254
  255 254 254 / 254 254 254 / -
  255 254 / 254 254 / 254
  - / 254 / -
  - / - / -
  - / - / -
  - / - / -
  248 / 250 254 252 254 / 248 254 249 253
  255 253 253 / 246 253 253 / 252 254 251 254 254
  255 254 252 / 248 254 253 / 253 255 254 254
  255 251 254 / 245 251 254 / 253 253 254
  255 251 253 / 252 253 254 / 255 254
  255 252 / 249 255 254 / 255 255 254
  255 255 253 / 250 / -
  - / 254 / -
`;
const TOKENS = 11;
/** The same for those of motion vectors, of rows and of columns: section 17.2. */
const MOTION_STAYS = [
  [237, 246, 253, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 250, 250, 252, 254, 254],
  [231, 243, 245, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 251, 251, 254, 254, 254],
] as const;
/** Of a block that does not move, by how many of its neighbours do not either: twice above, twice to the left, once between. Section 5. */
const STILL_AMONG_STILL = [7, 14, 135, 60, 159, 234] as const;

const BLOCK = 16;
/** What nearly always comes, when it is a 1, and when it is a 0: a bit of next to no length. */
const ALWAYS_ONE = 1;
const ALWAYS_ZERO = 255;
const INTER = 1;
const SHOWN = 1 << 4;
const LENGTH_SHIFT = 5;
/** Coefficients would come here. Decoders want something there. */
const NO_COEFFICIENTS = Buffer.alloc(4);

const probabilities = parseProbabilities(COEFFICIENTS_STAY);

/**
 * A frame that shows a reference and leaves everything in the decoder as it was: the references, the probabilities, the segments.
 * `version` and `segmented` are those of the frame before it. RFC 6386, section 19.
 */
export function frameThatShows(
  reference: Reference,
  { width, height }: PictureSize,
  { version, segmented }: Pick<Vp8Frame, 'version' | 'segmented'>,
): Buffer {
  const bits = new BoolEncoder();
  bits.number(segmented ? 0b100 : 0, segmented ? 3 : 1); // Neither the segments' map nor their settings change.
  bits.number(0, 1 + 6 + 3 + 1); // No loop filter.
  bits.number(0, 2 + 7 + 5); // One partition; quantizers, of no use.
  bits.number(0, 2 + 2 + 2 + 2 + 1 + 1); // References and probabilities stay.
  for (const probability of probabilities) bits.bit(0, probability);
  bits.number(1, 1); // Blocks may be without coefficients.
  bits.number(ALWAYS_ONE, 8);
  bits.number(ALWAYS_ONE, 8); // They refer to another picture:
  const [notLast, notGolden] = choiceOf(reference);
  bits.number(notLast ? ALWAYS_ONE : ALWAYS_ZERO, 8);
  bits.number(notGolden ? ALWAYS_ONE : ALWAYS_ZERO, 8);
  bits.number(0, 2);
  for (const probability of MOTION_STAYS.flat()) bits.bit(0, probability);
  const [columns, rows] = [Math.ceil(width / BLOCK), Math.ceil(height / BLOCK)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      bits.bit(1, ALWAYS_ONE);
      bits.bit(1, ALWAYS_ONE);
      bits.bit(notLast ? 1 : 0, notLast ? ALWAYS_ONE : ALWAYS_ZERO);
      if (notLast) bits.bit(notGolden ? 1 : 0, notGolden ? ALWAYS_ONE : ALWAYS_ZERO);
      const still = (row > 0 ? 2 : 0) + (column > 0 ? 2 : 0) + (row > 0 && column > 0 ? 1 : 0);
      bits.bit(0, STILL_AMONG_STILL[still] ?? 0);
    }
  }
  const first = bits.finish();
  const tag = Buffer.alloc(3);
  tag.writeUIntLE(INTER | (version << 1) | SHOWN | (first.length << LENGTH_SHIFT), 0, 3);
  return Buffer.concat([tag, first, NO_COEFFICIENTS]);
}

/** Whether it is not the last one, and, of the others, whether it is not golden. */
function choiceOf(reference: Reference): [notLast: boolean, notGolden: boolean] {
  return [reference !== 'last', reference === 'altref'];
}

function parseProbabilities(table: string): number[] {
  const contexts = table.trim().split(/[/\n]/);
  return contexts.flatMap((context) => {
    const stated = context.trim() === '-' ? [] : context.trim().split(' ').map(Number);
    return [...stated, ...Array.from({ length: TOKENS - stated.length }, () => 255)];
  });
}
