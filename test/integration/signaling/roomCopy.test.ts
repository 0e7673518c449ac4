import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChange } from '../../../client/room/RoomCopy.ts';
import { ORIGIN } from '../../../core/room/commit.ts';
import { decide } from '../../../core/room/decide.ts';
import { evolveCommit } from '../../../core/room/evolve.ts';
import { mayModerate } from '../../../core/room/queries.ts';
import { Refusal } from '../../../core/room/refusal.ts';
import { EMPTY_ROOM, type RoomState } from '../../../core/room/state.ts';
import { notifications } from '../../../signaling/protocol/notifications.ts';
import { RoomView } from '../../../signaling/protocol/shapes.ts';
import {
  concernsHostsOnly,
  toMissed,
  toWireCommit,
  toWireCommitOfRoleChange,
  type Viewer,
} from '../../../signaling/telling/notifications.ts';
import { toRoomView } from '../../../signaling/telling/views.ts';
import { anyRequest, OPENING, toCommand } from '../../model/requests.ts';
import { commitOf } from '../../support/room.ts';
import { seeded } from '../../support/seed.ts';

/** Commits that random requests lead to, with the states between them. */
function commitsOf(requests: readonly (typeof OPENING)[number][]) {
  let state: RoomState = EMPTY_ROOM;
  let position = ORIGIN;
  return [...OPENING, ...requests].flatMap((request, step) => {
    const command = toCommand(request, state, { nodeId: 'node-1', commandId: `c${step}`, step });
    try {
      const events = decide(command, state);
      if (events.length === 0) return [];
      const { commandId, actor, now: at } = command;
      const commit = commitOf(position, events, { commandId, actor, at });
      const before = state;
      state = evolveCommit(state, commit);
      position = commit;
      return [{ commit, before, after: state }];
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  });
}

const viewerOf = (state: RoomState, id: string): Viewer | null => {
  const role = state.participants.get(id)?.role;
  return role === undefined ? null : mayModerate(role) ? 'host' : 'other';
};

/** When they knocked is when they first did: a copy that hears of the second knock only may differ there. */
function comparable(view: RoomView) {
  return { ...view, lobby: view.lobby.map(({ participantId }) => participantId).sort() };
}

describe("a client's copy", () => {
  it("[J1] a client's copy is the room as its participant may see it, after every commit it is told of", () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 60 }), fc.constantFrom('ann', 'hal'), (requests, id) => {
        let copy: RoomView | null = null;
        for (const { commit, before, after } of commitsOf(requests)) {
          const [was, is] = [viewerOf(before, id), viewerOf(after, id)];
          if (!is) {
            copy = null;
            continue;
          }
          if (!was || !copy || before.status !== 'open') {
            copy = toRoomView('room', after, is);
            continue;
          }
          const wire = was === is ? toWireCommit(commit, is) : toWireCommitOfRoleChange(commit, before, after, is);
          const { changes } = notifications.committed.parse(wire);
          copy = changes.reduce(applyChange, copy);
          expect(comparable(copy)).toEqual(comparable(toRoomView('room', after, is)));
        }
      }),
      seeded("a client's copy", 300),
    );
  });

  it("a client's copy is brought up to date by the commits it missed, from any version on", () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 40 }), fc.nat(60), (requests, from) => {
        const told = commitsOf(requests);
        const last = told.at(-1)?.after ?? EMPTY_ROOM;
        const start = told[from]?.after;
        const viewer = viewerOf(last, 'ann');
        if (!start || !viewer || !start.participants.has('ann')) return;
        const missed = toMissed(
          told.slice(from + 1).map(({ commit }) => commit),
          'ann',
          viewer,
        );
        if (!missed) return;
        const copy = missed.flatMap(({ changes }) => changes).reduce(applyChange, toRoomView('room', start, viewer));
        expect(comparable(copy)).toEqual(comparable(toRoomView('room', last, viewer)));
      }),
      seeded('what was missed', 300),
    );
  });

  it('the copy of somebody who is no host never holds the lobby, the banned, or a secret [S1, S2]', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 60 }), (requests) => {
        for (const { commit, after } of commitsOf(requests)) {
          const wire = JSON.stringify(toWireCommit(commit, 'other'));
          expect(wire).not.toMatch(/Knock|knockWithdrawn|Admitted|Denied|Banned"|Unbanned|node-1|scrypt/);
          expect(toRoomView('room', after, 'other')).toMatchObject({ lobby: [], banned: [] });
          expect(RoomView.parse(toRoomView('room', after, 'host'))).toEqual(toRoomView('room', after, 'host'));
          if (!concernsHostsOnly(commit)) expect(wire).toEqual(JSON.stringify(toWireCommit(commit, 'host')));
        }
      }),
      seeded('what others see', 200),
    );
  });
});
