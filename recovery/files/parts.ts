import { randomBytes } from 'node:crypto';

/**
 * A piece of a file, in an object of its own. Its key begins with what is left to the largest number after its end, so
 * that the first key of a list is that of the piece that ends last. Pieces may overlap: where two servers wrote at the
 * same time, both wrote the same bytes of the same file.
 */
export interface Part {
  readonly key: string;
  /** Where it begins and ends in the file. */
  readonly begin: number;
  readonly end: number;
}

/** Bytes of a part that are a stretch of the file. */
export interface Stretch {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

const DIGITS = 16;
const PART = /\/(\d{16})-(\d{16})-[0-9a-f]{16}$/;

/** Returns a new key under the prefix, such as `FOLDER/FILE/`: no part ever takes the place of another. */
export function newPartKey(prefix: string, begin: number, end: number): string {
  const digits = (position: number): string => String(position).padStart(DIGITS, '0');
  return `${prefix}${digits(Number.MAX_SAFE_INTEGER - end)}-${digits(begin)}-${randomBytes(8).toString('hex')}`;
}

/** Returns null if it is no key of a part. */
export function toPart(key: string): Part | null {
  const [, left, begin] = PART.exec(key) ?? [];
  if (left === undefined || begin === undefined) return null;
  return { key, begin: Number(begin), end: Number.MAX_SAFE_INTEGER - Number(left) };
}

/**
 * Returns the stretches that make the file, in order.
 * @throws Error when bytes are missing
 */
export function toStretches(parts: readonly Part[], bytes: number): Stretch[] {
  const stretches: Stretch[] = [];
  const byBegin = parts.toSorted((one, other) => one.begin - other.begin || other.end - one.end);
  let at = 0;
  for (const { key, begin, end } of byBegin) {
    if (end <= at) continue;
    if (begin > at) break;
    stretches.push({ key, from: at - begin, to: end - begin });
    at = end;
  }
  if (at !== bytes) throw new Error(`of a file of ${bytes} bytes there are only ${at}`);
  return stretches;
}
