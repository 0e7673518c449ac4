import type { Commit } from './commit.ts';
import type { RoomEvent } from './events.ts';
import type { MessageId } from './state.ts';

/** Returns whether people deleted or replaced something in this commit that older commits still have. */
export function deletes({ events }: Commit): boolean {
  return events.some((event) => changesText(event) || event.type === 'ParticipantErased');
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
      if (changesText(event)) gone.add(event.messageId);
    }
    kept.push({ ...commit, events });
  }
  return kept.reverse();
}

type EventOf<T extends RoomEvent['type']> = Extract<RoomEvent, { readonly type: T }>;

/** Returns whether the text that a message had before is gone. */
function changesText(
  event: RoomEvent,
): event is EventOf<'ChatDeleted' | 'ChatEdited' | 'PrivateMessageDeleted' | 'PrivateMessageEdited'> {
  return CHANGES.has(event.type);
}

const CHANGES: ReadonlySet<string> = new Set([
  ...['ChatDeleted', 'ChatEdited', 'PrivateMessageDeleted', 'PrivateMessageEdited'],
]);

type WithText = EventOf<'ChatPosted' | 'ChatEdited' | 'PrivateMessagePosted' | 'PrivateMessageEdited' | 'FileShared'>;

function hasText(event: RoomEvent): event is WithText {
  return 'messageId' in event && ('text' in event || event.type === 'FileShared');
}

function withoutText(event: WithText): WithText {
  return event.type === 'FileShared' ? withoutName(event) : { ...event, text: '' };
}

/** Returns the event without what the file was called and looked like. */
export function withoutName(event: FileShared): FileShared {
  const { preview: _, ...file } = event.file;
  return { ...event, file: { ...file, name: '' } };
}

type FileShared = EventOf<'FileShared'>;
