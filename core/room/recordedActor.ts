import type { Actor } from './commands.ts';
import type { RoomEvent } from './events.ts';
import type { RoomState } from './state.ts';

const NOBODY: Actor = { kind: 'node', nodeId: '' };

/**
 * Returns who stands in the commit as its actor: nobody for a vote in an anonymous poll [R-POLL-4]. `polls`: as they
 * were before these events.
 */
export function recordedActor(actor: Actor, events: readonly RoomEvent[], { polls }: Pick<RoomState, 'polls'>): Actor {
  const isAnonymous = events.some((event) => {
    return event.type === 'BallotCast' && polls.get(event.pollId)?.anonymous !== false;
  });
  return isAnonymous ? NOBODY : actor;
}
