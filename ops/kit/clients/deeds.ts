import type { Commit } from '../../../core/room/commit.ts';
import type { ParticipantId } from '../../../core/room/state.ts';

/** Deeds of one lane are asked one after the other, and must stand in the journal in that order. */
export type Lane = 'chat' | 'state';

/**
 * Something a client asked of its room. `key` names it so that nobody can mistake it for another of the same client:
 * `message ID`, `name NAME`, and for what goes up and down a count, `hand raised 3`.
 */
export interface Deed {
  readonly lane: Lane;
  readonly key: string;
  /** ms since the epoch. */
  readonly askedAt: number;
  /** When the client was told that it is done; null when it was refused or is still unanswered. */
  readonly ackedAt: number | null;
  /** Why it was refused, null when it was not. */
  readonly refused: string | null;
}

/** Names deeds that repeat themselves. Client and journal count alike, each for one participant. */
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

/** The deeds of every participant as the journal tells them, by lane, in the journal's order. */
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
      default: // No deed of a drill's client.
    }
  }
  return deeds;
}
