import type { Commit } from '../../../core/room/commit.ts';
import type { ParticipantId, RoomState } from '../../../core/room/state.ts';
import { type Deed, deedsInJournal, type Lane } from '../../kit/clients/deeds.ts';
import type { RoomPicture } from '../../kit/clients/roomPicture.ts';
import type { Problem } from '../problems.ts';
import { compareSequences, type SequenceFaults } from './sequences.ts';

export interface FactFindings {
  readonly acked: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly problems: readonly Problem[];
}

const LANES: readonly Lane[] = ['chat', 'state'];

/**
 * Checks that every acknowledged request stands in the journal, once and in the order of the requests [J2, J3], and
 * that every client's copy of the chat agrees with the journal.
 */
export function checkFacts(
  deeds: ReadonlyMap<ParticipantId, readonly Deed[]>,
  commits: readonly Commit[],
  replayed: RoomState,
  copies: ReadonlyMap<ParticipantId, RoomPicture>,
): FactFindings {
  const found = { lost: 0, duplicated: 0, reordered: 0 };
  const problems: Problem[] = [];
  const note = (where: string, who: ParticipantId, all: readonly Deed[], faults: SequenceFaults): void => {
    for (const fault of ['lost', 'duplicated', 'reordered'] as const) {
      found[fault] += faults[fault].length;
      for (const key of faults[fault]) {
        const deed = all.find((known) => known.key === key) ?? null;
        const evidence = { kind: 'fact', fault, where, key, deed } as const;
        problems.push({ what: `${where}: ${key} was ${fault}`, round: null, who, evidence });
      }
    }
  };

  const journal = deedsInJournal(commits);
  for (const [participantId, all] of deeds) {
    for (const lane of LANES) {
      const inLane = all.filter((deed) => deed.lane === lane);
      const acked = inLane.filter((deed) => deed.ackedAt !== null);
      const recorded = journal.get(participantId)?.[lane] ?? [];
      note(`journal, ${participantId}`, participantId, all, compareSequences(recorded, keysOf(acked), keysOf(inLane)));
    }
  }
  for (const [participantId, copy] of copies) {
    note(`copy of ${participantId}`, participantId, [], compareChat(replayed, copy));
  }
  const acked = [...deeds.values()].flat().filter((deed) => deed.ackedAt !== null).length;
  return { acked, ...found, problems };
}

/** A copy may have dropped the oldest messages; from its first message on it must equal the journal. */
function compareChat(room: RoomState, copy: RoomPicture): SequenceFaults {
  const all = room.chat.map(({ id }) => id);
  const shown = copy.chat.map(({ id }) => id);
  const [first] = shown;
  const from = first === undefined ? 0 : Math.max(0, all.indexOf(first));
  return compareSequences(shown, all.slice(from), all);
}

function keysOf(deeds: readonly Deed[]): string[] {
  return deeds.map(({ key }) => key);
}
