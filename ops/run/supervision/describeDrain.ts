/** What became of the people of a server that was told to send them to other nodes. */
export interface Drained {
  /** Those who were there at its start. */
  readonly people: number;
  readonly moved: number;
  /** Why people were left behind, if some were. */
  readonly problem: 'no other node' | 'time is over' | 'cannot move' | null;
}

/** Returns a sentence for an operator; null if nobody was there. */
export function describeDrain({ people, moved, problem }: Drained): string | null {
  const left = people - moved;
  if (people === 0) return null;
  switch (problem) {
    case 'no other node':
      return `no other node takes people now: ${inWords(people)} must wait until one does, or this one runs again`;
    case 'time is over':
      return `${left} of ${inWords(people)} had not gone over in time: they come back by themselves, as after a fault`;
    case 'cannot move':
      return `${left} of ${inWords(people)} cannot go over (their pages are older): they come back by themselves`;
    case null:
      return `everybody has gone over: ${inWords(people)}`;
  }
}

function inWords(people: number): string {
  return people === 1 ? '1 person' : `${people} people`;
}
