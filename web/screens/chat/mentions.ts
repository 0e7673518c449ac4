import type { ChatLine } from '../../model/Meeting.ts';

/** The name that is being written after an "@", up to the caret; null if there is none. */
export function mentionAt(text: string, caret: number): { readonly from: number; readonly typed: string } | null {
  const match = /(?:^|\s)@([^\n@]{0,64})$/u.exec(text.slice(0, caret));
  return match ? { from: caret - (match[1] ?? '').length - 1, typed: match[1] ?? '' } : null;
}

/** Returns whether the text names this person: "@Ada", and not "@Adalbert". */
export function mentions(text: string, name: string): boolean {
  const wanted = `@${name}`.toLocaleLowerCase();
  const lower = text.toLocaleLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    const before = lower[at - 1] ?? ' ';
    const after = lower.slice(at + wanted.length);
    if (!/[\p{L}\p{N}]/u.test(before) && !/^[\p{L}\p{N}_]/u.test(after)) return true;
  }
  return false;
}

/** Whether a message of somebody else names this person, or is for them alone. */
export function isForMe({ text, to }: Pick<ChatLine, 'text' | 'to'>, selfName: string): boolean {
  return to !== undefined || mentions(text, selfName);
}

const MOST = 5;

/** Returns the people whose names contain the typed text; names that begin with it come first. */
export function namesFor<P extends { readonly name: string }>(typed: string, people: readonly P[]): readonly P[] {
  const wanted = typed.toLocaleLowerCase();
  const named = people.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const begins = ({ name }: P) => (name.toLocaleLowerCase().startsWith(wanted) ? 0 : 1);
  return named.toSorted((a, b) => begins(a) - begins(b)).slice(0, MOST);
}
