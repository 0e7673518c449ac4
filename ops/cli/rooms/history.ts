import { type Journal, JournalAhead, type Snapshot } from '../../../core/ports.ts';
import type { Commit, Position } from '../../../core/room/commit.ts';
import { withoutDeleted, withoutName } from '../../../core/room/deleted.ts';
import type { RoomEvent } from '../../../core/room/events.ts';
import { evolveCommits } from '../../../core/room/evolve.ts';
import {
  type ChatMessage,
  EMPTY_ROOM,
  type ParticipantId,
  type RoomId,
  type RoomState,
} from '../../../core/room/state.ts';
import { restore } from '../../../recovery/replay.ts';
import { CliFailure } from '../CliFailure.ts';

/** A room's commits as far back as its journal has them, without what was deleted since. */
export interface RoomHistory {
  readonly roomId: RoomId;
  /** Oldest first. */
  readonly commits: readonly Commit[];
  readonly head: { readonly state: RoomState; readonly position: Position };
  /** The oldest state that is known, which the commits after it lead on from. */
  readonly base: { readonly state: RoomState; readonly version: number };
  /** Who was erased, and by which commit. */
  readonly erased: ReadonlyMap<ParticipantId, number>;
}

const PAGE = 1_000;

/**
 * @throws CliFailure when there is no such room
 * @throws Unavailable, JournalCorrupt
 */
export async function loadHistory(
  journal: Pick<Journal, 'loadSnapshot' | 'read'>,
  roomId: RoomId,
): Promise<RoomHistory> {
  const { state, position } = await restore(journal, roomId);
  if (position.version === 0) throw unknownRoom(roomId);
  const [snapshot, recorded] = await Promise.all([readSnapshot(journal, roomId), readAll(journal, roomId)]);
  // Nodes go on writing: what came after the head is not part of this history.
  const commits = recorded.filter(({ version }) => version <= position.version);
  const isWhole = commits[0]?.version === 1;
  const base = isWhole || !snapshot ? { state: EMPTY_ROOM, version: 0 } : oldest(snapshot.state, snapshot.position);
  return historyOf(roomId, commits, { state, position }, base);
}

export function unknownRoom(roomId: RoomId): CliFailure {
  return new CliFailure(
    `There is no room ${JSON.stringify(roomId)}: it was never created, or it was closed and deleted. ` +
      '`everroom rooms` lists the rooms.',
  );
}

/** `recorded`: the commits as the journal has them. */
export function historyOf(
  roomId: RoomId,
  recorded: readonly Commit[],
  head: RoomHistory['head'],
  base: RoomHistory['base'],
): RoomHistory {
  const erased = new Map<ParticipantId, number>();
  for (const { version, events } of recorded) {
    for (const event of events) if (event.type === 'ParticipantErased') erased.set(event.participantId, version);
  }
  const known = new Set(head.state.chat.map(({ id }) => id));
  const commits = withoutDeleted(recorded).map((commit) => ({
    ...commit,
    events: commit.events.map((event) => withoutErased(event, commit.version, erased, known)),
  }));
  return { roomId, commits, head, base, erased };
}

/**
 * Returns the room after this commit, without what was deleted since.
 * @throws CliFailure when the journal does not reach back so far, or the version is yet to come
 */
export function stateAt({ base, commits, erased, head, roomId }: RoomHistory, version: number): RoomState {
  const first = Math.max(1, base.version);
  if (version < first || version > head.position.version) {
    throw new CliFailure(
      `The state of room ${roomId} is known at the versions ${first} to ${head.position.version}` +
        `${first > 1 ? ': a snapshot stands for the commits before' : ''}.`,
    );
  }
  const state = evolveCommits(
    base.state,
    commits.filter((commit) => commit.version > base.version && commit.version <= version),
  );
  const isErased = (participantId: ParticipantId): boolean => (erased.get(participantId) ?? 0) > version;
  const newest = new Map(head.state.chat.map((message) => [message.id, message]));
  const nameless = <V extends { readonly name: string }>(people: ReadonlyMap<ParticipantId, V>) =>
    new Map([...people].map(([id, person]) => [id, isErased(id) ? { ...person, name: '' } : person]));
  return {
    ...state,
    participants: nameless(state.participants),
    lobby: nameless(state.lobby),
    chat: state.chat
      .filter(({ participantId }) => !isErased(participantId))
      .map((message) => asOfNow(message, newest.get(message.id))),
  };
}

/** A text that was deleted or replaced since is not shown. */
function asOfNow(message: ChatMessage, newest: ChatMessage | undefined): ChatMessage {
  if (newest?.deleted) {
    const { file: _, ...rest } = message;
    return { ...rest, text: '', deleted: true };
  }
  return newest && newest.text !== message.text ? { ...message, text: '' } : message;
}

function withoutErased(
  event: RoomEvent,
  version: number,
  erased: ReadonlyMap<ParticipantId, number>,
  known: ReadonlySet<string>,
): RoomEvent {
  if (erased.size === 0) return event;
  // It does not say whose message it is; those of the erased are no longer there.
  if (event.type === 'ChatEdited') return known.has(event.messageId) ? event : { ...event, text: '' };
  if (!('participantId' in event) || event.participantId === null) return event;
  if ((erased.get(event.participantId) ?? 0) <= version) return event;
  if (event.type === 'FileShared') return { ...withoutName(event), name: '' };
  return { ...event, ...('name' in event && { name: '' }), ...('text' in event && { text: '' }) } as RoomEvent;
}

function oldest(state: RoomState, { version }: Position): RoomHistory['base'] {
  return { state, version };
}

/** A newer version may have written it; then the room was rebuilt from its journal alone. */
async function readSnapshot(journal: Pick<Journal, 'loadSnapshot'>, roomId: RoomId): Promise<Snapshot | null> {
  try {
    return await journal.loadSnapshot(roomId);
  } catch (error) {
    if (error instanceof JournalAhead) return null;
    throw error;
  }
}

async function readAll(journal: Pick<Journal, 'read'>, roomId: RoomId): Promise<readonly Commit[]> {
  const all: Commit[] = [];
  for (;;) {
    const page = await journal.read(roomId, all.at(-1)?.version ?? 0, PAGE).catch((error: unknown) => {
      if (error instanceof JournalAhead) return error.before;
      throw error;
    });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}
