import type { Person } from '../../model/Meeting.ts';

/** Sorts raised hands first, in the order they went up; then oneself, then the others by name. */
export function sortPeople(people: readonly Person[]): Person[] {
  return people.toSorted((a, b) => {
    if (a.handRaisedAt !== b.handRaisedAt) {
      return (a.handRaisedAt ?? Number.POSITIVE_INFINITY) - (b.handRaisedAt ?? Number.POSITIVE_INFINITY);
    }
    if (a.isSelf !== b.isSelf) return a.isSelf ? -1 : 1;
    return a.name.localeCompare(b.name) || a.id.localeCompare(b.id);
  });
}
