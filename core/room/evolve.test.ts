import { describe, expect, it } from 'vitest';
import { anyFacts } from '../../test/support/facts.ts';
import { fc } from '../../test/support/fastCheck.ts';
import {
  canonical,
  commitOf,
  commitsOf,
  created,
  disconnected,
  joined,
  knocked,
  NOW,
  posted,
  published,
  resumed,
  stateOf,
} from '../../test/support/room.ts';
import { ORIGIN } from './commit.ts';
import type { RoomEvent } from './events.ts';
import { evolveCommit, evolveCommits } from './evolve.ts';
import { CHAT_KEPT, EMPTY_ROOM } from './state.ts';

const ROOM = [created(), joined('ann', 1), published('ann', 'mic', 'microphone', true)];

describe('evolve', () => {
  it('[J1] the state is the same however the commits are cut into pages', () => {
    fc.assert(
      fc.property(anyFacts, fc.integer({ min: 1, max: 20 }), (facts, pageSize) => {
        const commits = commitsOf(facts);
        let paged = EMPTY_ROOM;
        for (let start = 0; start < commits.length; start += pageSize) {
          paged = evolveCommits(paged, commits.slice(start, start + pageSize));
        }
        const single = commits.reduce(evolveCommit, EMPTY_ROOM);
        expect(canonical(paged)).toBe(canonical(single));
        expect(canonical(paged)).toBe(canonical(evolveCommits(EMPTY_ROOM, commits)));
      }),
    );
  });

  it('[R-FACT-2] evolve never changes a state it was given', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        let state = EMPTY_ROOM;
        for (const commit of commitsOf(facts)) {
          const before = canonical(state);
          const next = evolveCommit(state, commit);
          expect(canonical(state)).toBe(before);
          state = next;
        }
      }),
    );
  });

  it('[R-FACT-1] facts that do not fit the state, in any order, leave the room whole', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const state = stateOf(...facts);
        for (const [id, participant] of state.participants) {
          expect(participant.id).toBe(id);
          expect(participant.session).toBeLessThanOrEqual(state.lastSession);
          expect(participant.connected).toBe(participant.expiresAt === null);
          const sources = [...participant.tracks.values()].map((track) => track.source);
          expect(new Set(sources).size).toBe(sources.length);
        }
        if (state.status !== 'open') expect(state.participants.size + state.lobby.size).toBe(0);
      }),
    );
  });

  it.each<RoomEvent>([
    created({ name: 'Another' }),
    joined('ann', 2, { name: 'Another' }),
    joined('bob', 1),
    resumed('ann', 1, 'node-9'),
    resumed('bob', 2),
    disconnected('ann', 7),
    published('ann', 'mic', 'microphone', false),
    published('ann', 'new', 'microphone', false),
    published('bob', 'new'),
    { type: 'TrackMuted', participantId: 'ann', trackId: 'none' },
    { type: 'TrackUnpublished', participantId: 'bob', trackId: 'mic' },
    { type: 'ChatEdited', messageId: 'none', text: 'x', at: NOW },
    { type: 'ParticipantGone', participantId: 'bob', departure: 'left', at: NOW },
  ])('[R-FACT-1] the fact $type is ignored where it does not fit', (event) => {
    const { commandIds: _, ...before } = stateOf(...ROOM);
    const { commandIds: __, ...after } = stateOf(...ROOM, event);
    expect(after).toEqual(before);
  });

  it('[R-FACT-1] a fact of an unknown type throws: that is a bug', () => {
    const unknown = JSON.parse('{"type":"RoomExploded"}') as RoomEvent;
    expect(() => stateOf(created(), unknown)).toThrow('RoomExploded');
  });

  it('[R-FACT-2] the next state shares everything that stayed the same', () => {
    const before = stateOf(...ROOM, joined('bob', 2));
    const [commit] = [commitOf(ORIGIN, [{ type: 'HandRaised', participantId: 'bob', at: NOW }])];
    const after = evolveCommit(before, commit);
    expect(after.participants.get('ann')).toBe(before.participants.get('ann'));
    expect(after.chat).toBe(before.chat);
    expect(after.settings).toBe(before.settings);
    expect(after.lobby).toBe(before.lobby);
  });

  it('[R-FACT-3] a room keeps its newest messages', () => {
    const messages = Array.from({ length: CHAT_KEPT + 5 }, (_, index) => posted('ann', `m${index}`));
    const state = stateOf(...ROOM, ...messages);
    expect(state.chat).toHaveLength(CHAT_KEPT);
    expect(state.chat[0]?.id).toBe('m5');
    expect(stateOf(...ROOM, ...messages, { type: 'ChatDeleted', messageId: 'm0', at: NOW }).chat).toEqual(state.chat);
  });

  it('[J3] a room remembers which command opened a session', () => {
    const joinedBy = commitOf(ORIGIN, [created(), joined('ann', 1)], { commandId: 'join-1' });
    const first = evolveCommit(EMPTY_ROOM, joinedBy);
    expect(first.participants.get('ann')?.sessionCommandId).toBe('join-1');
    const second = evolveCommit(first, commitOf(joinedBy, [resumed('ann', 2)], { commandId: 'resume-1' }));
    expect(second.participants.get('ann')?.sessionCommandId).toBe('resume-1');
    expect(second.commandIds).toEqual(['join-1', 'resume-1']);
  });

  it('[R-ROOM-4] a closed room holds nobody and takes no facts', () => {
    const events = [
      created({ lobby: true }),
      joined('ann', 1),
      knocked('bob'),
      { type: 'RoomClosed', at: NOW },
    ] as const;
    const state = stateOf(...events, joined('eve', 2), posted('ann', 'm'));
    expect([state.status, state.participants.size, state.lobby.size, state.chat.length]).toEqual(['closed', 0, 0, 0]);
  });
});
