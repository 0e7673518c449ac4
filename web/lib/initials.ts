const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Returns the first letters of the first and the last word: "Ada King Lovelace" → "AL". Takes whole graphemes, so that
 * no emoji is torn.
 */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map((word) => firstGrapheme(word ?? '')).join('');
}

/** Returns a hue in degrees that stays with the id. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  // Ids that differ little must not look alike: the golden ratio spreads neighbours over the circle.
  return Math.floor((((hash >>> 0) * 0.618_033_988_75) % 1) * 360);
}

function firstGrapheme(word: string): string {
  for (const { segment } of segmenter.segment(word)) return segment.toLocaleUpperCase();
  return '';
}
