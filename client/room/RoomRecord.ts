import { evolveRedacted } from '../../core/room/evolve.ts';
import type { RedactedCommit, RedactedRoom } from '../../core/room/redact.ts';
import type { ChatMessage } from '../../core/room/state.ts';
import type { NotificationBody } from '../../signaling/protocol/notifications.ts';
import type { EntryAnswer } from '../../signaling/protocol/requests.ts';
import { changesBetween, type RoomChange } from './changesBetween.ts';

/** Of servers that do not say. */
const PAGE_SIZE = 12;

interface Copy {
  readonly roomId: string;
  readonly room: RedactedRoom;
  readonly version: number;
  /** '' if the server did not say. */
  readonly commitId: string;
}

/**
 * The client's copy of the room: the redacted state as of one version of its journal, brought forward by the same
 * `evolve` as on the servers [J1]. A copy that lacks a commit is not trusted any more: the next entry asks for the
 * whole room.
 */
export class RoomRecord {
  #copy: Copy | undefined;
  #isTrusted = true;
  #earlierChat = false;
  #pageSize = PAGE_SIZE;

  get roomId(): string | undefined {
    return this.#copy?.roomId;
  }

  /** Immutable. */
  get room(): RedactedRoom | undefined {
    return this.#copy?.room;
  }

  get version(): number {
    return this.#copy?.version ?? 0;
  }

  /** Whether the room has messages before the first one in this copy. */
  get hasEarlierChat(): boolean {
    return this.#earlierChat;
  }

  /** How many tiles a page shows at most. */
  get pageSize(): number {
    return this.room?.settings.mediaBounds.pageSize ?? this.#pageSize;
  }

  get isTrusted(): boolean {
    return this.#isTrusted;
  }

  /** The commit after which an entry may bring missed ones; version 0 asks for the whole room. */
  get entryPosition(): { readonly version: number; readonly commitId?: string } {
    if (!this.#copy || !this.#isTrusted) return { version: 0 };
    const { version, commitId } = this.#copy;
    return commitId === '' ? { version } : { version, commitId };
  }

  distrust(): void {
    this.#isTrusted = false;
  }

  /** Takes over what an entry brought. Returns what changed since the copy before; nothing on the first entry. */
  enter(
    answer: Pick<EntryAnswer, 'roomId' | 'room' | 'missed' | 'version' | 'commitId' | 'earlierChat' | 'pageSize'>,
  ): readonly RoomChange[] {
    // If the missed commits do not fit, the next attempt asks for the whole room.
    this.#isTrusted = false;
    const { roomId, room, version, commitId = '' } = answer;
    const before = this.#copy;
    const changes: RoomChange[] = [];
    if (room !== null) {
      if (before !== undefined) changes.push(...changesBetween(before.room, room));
      this.#copy = { roomId, room, version, commitId };
      this.#earlierChat = answer.earlierChat;
    } else {
      if (before === undefined) throw new Error('the entry brought neither a room nor anything to add to');
      const { copy, changes: missed } = withMissed(before, answer.missed ?? []);
      if (copy.version !== version) throw new Error(`missed commits end at ${copy.version}, not ${version}`);
      changes.push(...missed);
      this.#copy = copy;
    }
    this.#pageSize = answer.pageSize ?? PAGE_SIZE;
    this.#isTrusted = true;
    return changes;
  }

  /**
   * Returns what changed; null when commits before this one are missing. Nothing changes while the copy is not trusted
   * [J4].
   */
  commit(commit: RedactedCommit): readonly RoomChange[] | null {
    if (this.#copy === undefined || !this.#isTrusted) return [];
    if (commit.version > this.#copy.version + 1) return null;
    const { copy, changes } = withMissed(this.#copy, [commit]);
    this.#copy = copy;
    return changes;
  }

  /** Takes the whole room, since this participant now sees more of it, or less. */
  refresh({ room, version, commitId = '', earlierChat }: NotificationBody<'refreshed'>): readonly RoomChange[] {
    if (this.#copy === undefined || !this.#isTrusted || version <= this.#copy.version) return [];
    const changes = changesBetween(this.#copy.room, room);
    this.#copy = { ...this.#copy, room, version, commitId };
    this.#earlierChat = earlierChat;
    return changes;
  }

  /** Adds messages that stand before `messageId`, unless the copy no longer begins with that one. */
  addEarlierChat(messageId: string, messages: readonly ChatMessage[], more: boolean): void {
    const copy = this.#copy;
    if (copy === undefined || copy.room.chat[0]?.id !== messageId) return;
    this.#copy = { ...copy, room: { ...copy.room, chat: [...messages, ...copy.room.chat] } };
    this.#earlierChat = more;
  }
}

/**
 * Adds one commit after the other, so that nothing that happened is lost between two states. Known ones change nothing.
 */
function withMissed(before: Copy, commits: readonly RedactedCommit[]): { copy: Copy; changes: RoomChange[] } {
  let copy = before;
  const changes: RoomChange[] = [];
  for (const commit of commits) {
    if (commit.version <= copy.version) continue;
    if (commit.version !== copy.version + 1) {
      throw new Error(`commits between ${copy.version} and ${commit.version} are missing`);
    }
    const room = evolveRedacted(copy.room, [commit]);
    changes.push(...changesBetween(copy.room, room, commit));
    copy = { ...copy, room, version: commit.version, commitId: commit.commitId };
  }
  return { copy, changes };
}
