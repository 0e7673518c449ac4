/**
 * Control characters (which terminals obey) and marks that turn the direction of writing: people choose their names,
 * and operators read them in a terminal.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const ZERO_WIDTH = /^(?:\p{Mark}|[\u200b-\u200d]|\ufe0f)/u;
/** Chinese, Japanese and Korean letters and pictures take two columns. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|^\p{Emoji_Presentation}/u;

const segmenter = new Intl.Segmenter();

/** Returns a text on one line that a terminal only shows. */
export function plainText(text: string): string {
  return text.replace(UNSAFE, '�').replace(/\p{Surrogate}/gu, '�');
}

/** Returns how many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  // Most texts are plain English.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += widthOfSegment(segment);
  return width;
}

/** Returns a text of at most `width` columns; where it was longer it ends with an ellipsis. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOfSegment(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Returns a text in lines of at most `width` columns; a word that is longer stays whole. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function widthOfSegment(segment: string): number {
  if (ZERO_WIDTH.test(segment)) return 0;
  return WIDE.test(segment) ? 2 : 1;
}
