import { describe, expect, it } from 'vitest';
import { commitsOf, created, joined, NOW, posted, shared, stateOf } from '../../test/support/room.ts';
import { withoutDeleted } from './deleted.ts';
import type { RoomEvent } from './events.ts';
import { evolveCommits } from './evolve.ts';
import { EMPTY_ROOM } from './state.ts';

const edited = (messageId: string, text: string): RoomEvent => ({ type: 'ChatEdited', messageId, text, at: NOW });
const deleted = (messageId: string): RoomEvent => ({ type: 'ChatDeleted', messageId, at: NOW });

describe('what people missed', () => {
  it('[R-CHAT-7] what people missed has no text that was deleted or replaced later, and leads to the same room', () => {
    const events = [
      created(),
      joined('ann', 1),
      posted('ann', 'm1', 'first secret'),
      edited('m1', 'second secret'),
      posted('ann', 'm2', 'third secret'),
      posted('ann', 'm3', 'kept'),
      edited('m2', 'better'),
      deleted('m1'),
      shared('ann', 'm4', 'secret-file'),
      deleted('m4'),
    ];
    const commits = commitsOf(events);
    const told = withoutDeleted(commits);
    expect(JSON.stringify(told)).not.toMatch(/secret(?!-file","name":"")/);
    expect(JSON.stringify(told)).toContain('kept');
    expect(JSON.stringify(told)).toContain('better');
    expect(evolveCommits(EMPTY_ROOM, told)).toEqual(stateOf(...events));
    expect(told.map(({ commitId }) => commitId)).toEqual(commits.map(({ commitId }) => commitId));
  });

  it('what people missed is unchanged if nothing was deleted', () => {
    const commits = commitsOf([created(), joined('ann', 1), posted('ann', 'm1')]);
    expect(withoutDeleted(commits)).toBe(commits);
  });
});
