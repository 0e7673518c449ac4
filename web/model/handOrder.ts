interface Raised {
  readonly id: string;
  readonly handRaisedAt: number | null;
}

/** Returns the place of each raised hand, from 1: whoever raised it first comes first. */
export function handOrder(people: readonly Raised[]): ReadonlyMap<string, number> {
  const raised = people.filter(({ handRaisedAt }) => handRaisedAt !== null);
  raised.sort((a, b) => (a.handRaisedAt ?? 0) - (b.handRaisedAt ?? 0) || (a.id < b.id ? -1 : 1));
  return new Map(raised.map(({ id }, index) => [id, index + 1]));
}

/** Returns for how many whole minutes a hand has been up. The server's clock may be ahead of this one. */
export function minutesUp(handRaisedAt: number, now: number): number {
  return Math.max(0, Math.floor((now - handRaisedAt) / 60_000));
}
