import type { ChatLine } from '../../../model/Meeting.ts';

/** Returns the ids of the messages whose text or author has the words, however they are written, oldest first. */
export function findMessages(lines: readonly ChatLine[], words: string): readonly string[] {
  const wanted = plain(words.trim());
  if (wanted === '') return [];
  const found = lines.filter(({ deleted, name, text }) => {
    return !deleted && (plain(text).includes(wanted) || plain(name).includes(wanted));
  });
  return found.map(({ id }) => id);
}

/** Returns the place of the message to show: the same as before while it is found, else the newest one. */
export function placeIn(found: readonly string[], shownId: string | null): number {
  const at = shownId === null ? -1 : found.indexOf(shownId);
  return at < 0 ? found.length - 1 : at;
}

/** Large and small letters, and marks on them, make no difference. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
