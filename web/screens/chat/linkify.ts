export type TextPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly url: string };

/** Only what names its scheme becomes a link, and only http(s): nothing else may run in or navigate this page. */
const LINK = /\bhttps?:\/\/[^\s<>"'`]+/giu;

export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const url = trimPunctuation(match[0]);
    if (!URL.canParse(url)) continue;
    if (match.index > end) parts.push({ type: 'text', text: text.slice(end, match.index) });
    parts.push({ type: 'link', url });
    end = match.index + url.length;
  }
  if (end < text.length) parts.push({ type: 'text', text: text.slice(end) });
  return parts;
}

/** A sentence's full stop or a closing bracket that was not opened inside does not belong to the address. */
function trimPunctuation(url: string): string {
  let trimmed = url;
  for (;;) {
    const last = trimmed.at(-1);
    const unopened = last === ')' && !trimmed.includes('(');
    if (last === undefined || !(unopened || '.,;:!?]}'.includes(last))) return trimmed;
    trimmed = trimmed.slice(0, -1);
  }
}
