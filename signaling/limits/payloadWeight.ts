/** Deeper than any message of the protocol (RTP parameters nest six levels). */
const MAX_DEPTH = 16;

/**
 * Whether a parsed JSON value stays within about `maxBytes` of text and a sane depth. Stops counting as soon as it does not.
 * Anything that JSON cannot hold (a binary attachment) never fits.
 */
export function fits(value: unknown, maxBytes: number): boolean {
  let left = maxBytes;
  const weigh = (part: unknown, depth: number): boolean => {
    if (left < 0 || depth > MAX_DEPTH) return false;
    switch (typeof part) {
      case 'string':
        left -= part.length + 2;
        return left >= 0;
      case 'number':
      case 'boolean':
      case 'undefined':
        left -= 5;
        return left >= 0;
      case 'object':
        break;
      default:
        return false;
    }
    left -= 4;
    if (part === null) return left >= 0;
    if (Array.isArray(part)) return part.every((item) => weigh(item, depth + 1));
    if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) return false;
    return Object.entries(part).every(([key, item]) => {
      left -= key.length + 4;
      return weigh(item, depth + 1);
    });
  };
  return weigh(value, 0);
}
