const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** First letters of the first and the last word: "Ada King Lovelace" → "AL". Whole graphemes, so that no emoji is torn. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map((word) => firstGrapheme(word ?? '')).join('');
}

/** A hue in degrees that stays with the id. */
export function hueOf(id: string): number {
  let hash = 0;
  for (let index = 0; index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) >>> 0;
  return hash % 360;
}

function firstGrapheme(word: string): string {
  for (const { segment } of segmenter.segment(word)) return segment.toLocaleUpperCase();
  return '';
}
