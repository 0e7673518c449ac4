import type { CommandOf } from '../commands.ts';
import type { RoomEvent } from '../events.ts';
import { Refusal } from '../refusal.ts';
import type { Participant, ParticipantId, RoomState } from '../state.ts';
import { requireParticipant } from './actors.ts';
import { NAME_LENGTH, toName } from './input.ts';

export function rename(command: CommandOf<'Rename'>, state: RoomState): RoomEvent[] {
  const participant = requireParticipant(command.actor, state);
  if (participant.nameFixed) throw new Refusal('NAME_FIXED', 'Your name comes with your invitation and stays.');
  const name = toNameApart(toName(command.name), participant.id, state);
  return name === participant.name ? [] : [{ type: 'ParticipantRenamed', participantId: participant.id, name }];
}

/** Returns the name, with a number behind it if somebody else in the room has one that looks the same [R-NAME-2]. */
export function toNameApart(name: string, participantId: ParticipantId, { participants }: RoomState): string {
  const taken = new Set<string>();
  for (const participant of participants.values()) {
    if (participant.id !== participantId) taken.add(looksOf(participant));
  }
  let apart = name;
  for (let number = 2; taken.has(toLooks(apart)); number += 1) {
    const suffix = ` (${number})`;
    apart = `${[...name].slice(0, NAME_LENGTH - suffix.length).join('')}${suffix}`;
  }
  return apart;
}

const known = new WeakMap<Participant, string>();

/** Computed once for each object: a large room has thousands of names. */
function looksOf(participant: Participant): string {
  let looks = known.get(participant);
  if (looks === undefined) {
    looks = toLooks(participant.name);
    known.set(participant, looks);
  }
  return looks;
}

/** The same for names that differ in case, width or spaces alone. */
function toLooks(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Cf}]+/gu, ' ')
    .trim();
}
