import type { Commit } from './commit.ts';
import type { RoomEvent } from './events.ts';
import type { MessageId } from './state.ts';

/** Returns whether people deleted or replaced something in this commit that older commits still have. */
export function deletes({ events }: Commit): boolean {
  return events.some(({ type }) => type === 'ChatDeleted' || type === 'ChatEdited' || type === 'ParticipantErased');
}

/** Returns whether somebody was erased in this commit, of whom older commits still have names and messages. */
export function erases({ events }: Commit): boolean {
  return events.some(({ type }) => type === 'ParticipantErased');
}

/**
 * Returns the commits without the texts that their authors deleted or replaced later on. The state after all of them is
 * the same. `commits` are in order and reach up to now.
 */
export function withoutDeleted(commits: readonly Commit[]): readonly Commit[] {
  if (!commits.some(deletes)) return commits;
  const gone = new Set<MessageId>();
  const kept: Commit[] = [];
  for (const commit of commits.toReversed()) {
    const events = commit.events.map((event) =>
      hasText(event) && gone.has(event.messageId) ? withoutText(event) : event,
    );
    for (const event of commit.events) {
      if (event.type === 'ChatDeleted' || event.type === 'ChatEdited') gone.add(event.messageId);
    }
    kept.push({ ...commit, events });
  }
  return kept.reverse();
}

type WithText = Extract<RoomEvent, { readonly type: 'ChatPosted' | 'ChatEdited' }>;

function hasText(event: RoomEvent): event is WithText {
  return event.type === 'ChatPosted' || event.type === 'ChatEdited';
}

function withoutText(event: WithText): WithText {
  return { ...event, text: '' };
}
