/** NAL units of H264 and the byte stream that carries them (H.264 table 7-1 and annex B). */

export const NAL_TYPE = { idrSlice: 5, sps: 7, pps: 8, accessUnitDelimiter: 9 } as const;
/** Types up to this one are slices. */
export const LAST_SLICE_TYPE = 5;

const START_CODE = Buffer.from([0, 0, 0, 1]);

/** Returns 0, which is not in use, if the unit is empty. */
export function nalTypeOf(unit: Buffer): number {
  return (unit[0] ?? 0) & 0x1f;
}

/** NAL units between start codes of three or four bytes. */
export function splitAnnexB(data: Buffer): Buffer[] {
  const units: Buffer[] = [];
  let start = -1;
  for (let at = data.indexOf('\0\0\x01', 0, 'latin1'); at !== -1; at = data.indexOf('\0\0\x01', at + 3, 'latin1')) {
    if (start !== -1) units.push(withoutTrailingZeros(data.subarray(start, at)));
    start = at + 3;
  }
  if (start !== -1) units.push(withoutTrailingZeros(data.subarray(start)));
  return units.filter((unit) => unit.length > 0);
}

export function joinAnnexB(units: readonly Buffer[]): Buffer {
  return Buffer.concat(units.flatMap((unit) => [START_CODE, unit]));
}

/** A NAL unit ends with a one: zeros behind it belong to the next start code. */
function withoutTrailingZeros(unit: Buffer): Buffer {
  let end = unit.length;
  while (end > 0 && unit[end - 1] === 0) end -= 1;
  return unit.subarray(0, end);
}
