import type { Commit } from '../../../core/room/commit.ts';
import type { ParticipantId } from '../../../core/room/state.ts';

/** Requests of one lane are sent one after the other, and must stand in the journal in that order. */
export type Lane = 'chat' | 'state';

/**
 * A request of a client to its room. `key` is unique among the requests of the client: `message ID`, `name NAME`, and
 * with a count for requests that repeat themselves, `hand raised 3`.
 */
export interface Deed {
  readonly lane: Lane;
  readonly key: string;
  /** ms since the epoch. */
  readonly askedAt: number;
  /** When the client got the acknowledgement; null if the request was refused or is still unanswered. */
  readonly ackedAt: number | null;
  /** Why it was refused; null if it was not. */
  readonly refused: string | null;
}

/** Names requests that repeat themselves. Client and journal count in the same way, for each participant. */
export class DeedNames {
  readonly #counts = new Map<string, number>();

  next(what: string): string {
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    return `${what} ${count}`;
  }
}

export const messageKey = (messageId: string): string => `message ${messageId}`;
export const nameKey = (name: string): string => `name ${name}`;
export const HAND_RAISED = 'hand raised';
export const HAND_LOWERED = 'hand lowered';

/** The requests of every participant that stand in the journal, by lane, in the journal's order. */
export function deedsInJournal(commits: readonly Commit[]): Map<ParticipantId, Record<Lane, string[]>> {
  const deeds = new Map<ParticipantId, Record<Lane, string[]>>();
  const names = new Map<ParticipantId, DeedNames>();
  const of = (participantId: ParticipantId): Record<Lane, string[]> => {
    const known = deeds.get(participantId) ?? { chat: [], state: [] };
    deeds.set(participantId, known);
    return known;
  };
  const counted = (participantId: ParticipantId, what: string): string => {
    const known = names.get(participantId) ?? new DeedNames();
    names.set(participantId, known);
    return known.next(what);
  };
  for (const event of commits.flatMap((commit) => commit.events)) {
    switch (event.type) {
      case 'ChatPosted':
        of(event.participantId).chat.push(messageKey(event.messageId));
        break;
      case 'ParticipantRenamed':
        of(event.participantId).state.push(nameKey(event.name));
        break;
      case 'HandRaised':
        of(event.participantId).state.push(counted(event.participantId, HAND_RAISED));
        break;
      case 'HandLowered':
        of(event.participantId).state.push(counted(event.participantId, HAND_LOWERED));
        break;
      default: // A drill's client asks for nothing else.
    }
  }
  return deeds;
}
