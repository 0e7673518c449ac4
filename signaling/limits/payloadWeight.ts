/** Deeper than any message of the protocol (RTP parameters nest six levels). */
const MAX_DEPTH = 16;

/**
 * Returns about how many bytes of JSON text a parsed value has. Infinite if it has more than `maxBytes` (counting stops
 * there), is nested too deep, or holds something that JSON cannot, such as a binary attachment.
 */
export function payloadWeight(value: unknown, maxBytes: number): number {
  let bytes = 0;

  function fits(part: unknown, depth: number): boolean {
    bytes += shallowWeight(part);
    if (bytes > maxBytes || depth > MAX_DEPTH) return false;
    if (typeof part !== 'object' || part === null) return true;
    if (Array.isArray(part)) return part.every((item) => fits(item, depth + 1));
    return Object.entries(part).every(([key, item]) => {
      bytes += key.length + 4;
      return fits(item, depth + 1);
    });
  }

  return fits(value, 0) ? bytes : Number.POSITIVE_INFINITY;
}

function shallowWeight(part: unknown): number {
  switch (typeof part) {
    case 'string':
      return part.length + 2;
    case 'number':
    case 'boolean':
    case 'undefined':
      return 5;
    case 'object':
      return ArrayBuffer.isView(part) || part instanceof ArrayBuffer ? Number.POSITIVE_INFINITY : 4;
    default:
      return Number.POSITIVE_INFINITY;
  }
}
