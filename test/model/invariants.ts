import { expect } from 'vitest';
import type { Commit } from '../../core/room/commit.ts';
import { evolveCommit } from '../../core/room/evolve.ts';
import { EMPTY_ROOM, type Participant, type RoomState, type TrackSource } from '../../core/room/state.ts';
import { canonical } from '../support/room.ts';

/** Checks a journal against J3, J4, J5 and M2, and returns the state after each commit; the first is the empty room. */
export function verifyJournal(journal: readonly Commit[]): readonly RoomState[] {
  const states: RoomState[] = [EMPTY_ROOM];
  const commandIds = new Set<string>();
  let before = EMPTY_ROOM;
  let prev = '';
  for (const commit of journal) {
    expect(commit, '[J4] one order without a gap').toMatchObject({ version: states.length, prev });
    expect(commandIds.has(commit.commandId), `[J3] ${commit.commandId} takes effect once`).toBe(false);
    const after = evolveCommit(before, commit);
    verifySession(commit, before, after);
    verifyMutes(commit, before, after);
    commandIds.add(commit.commandId);
    prev = commit.commitId;
    before = after;
    states.push(after);
  }
  return states;
}

/** [J1] */
export function expectSameState(name: string, actual: RoomState, expected: RoomState): void {
  expect(canonical(actual), `[J1] ${name} has the state of the journal`).toBe(canonical(expected));
}

function verifySession({ version, actor }: Commit, before: RoomState, after: RoomState): void {
  if (actor.kind === 'participant') {
    const session = before.participants.get(actor.participantId)?.session;
    expect(actor.session, `[J5] the actor of commit ${version} is in its newest session`).toBe(session);
  }
  for (const [id, { session }] of after.participants) {
    const was = before.participants.get(id)?.session;
    if (was !== session)
      expect(session, `[J5] session of ${id} at ${version} is new`).toBeGreaterThan(before.lastSession);
  }
}

/** For any track of a source: while its owner stays in the room, only the owner's own unmute opens it. */
function verifyMutes({ version, actor, events }: Commit, before: RoomState, after: RoomState): void {
  for (const [id, participant] of after.participants) {
    for (const [source, muted] of mutesOf(participant)) {
      if (muted || !mutesOf(before.participants.get(id)).get(source)) continue;
      const byOwner = actor.kind === 'participant' && actor.participantId === id;
      const unmuting = events.length === 1 && events[0]?.type === 'TrackUnmuted';
      expect(byOwner && unmuting, `[M2] ${source} of ${id} is opened by its owner at ${version}`).toBe(true);
    }
  }
}

function mutesOf(participant: Participant | undefined): Map<TrackSource, boolean> {
  return new Map([...(participant?.tracks.values() ?? [])].map(({ source, muted }) => [source, muted]));
}
