import { CHAT_LENGTH, isChatText } from '../../core/room/rules/input.ts';
import type { ChatMessage } from '../../core/room/state.ts';
import type { CommandQueue } from '../connection/CommandQueue.ts';
import type { ChatEntry, EmitRoomEvent } from '../room/RoomEvents.ts';
import type { KeyValueStorage } from '../storage.ts';
import { ChatOutbox, forgetOldOutboxes, outboxKey } from './ChatOutbox.ts';

export interface RoomChatOptions {
  readonly commands: CommandQueue;
  readonly storage: KeyValueStorage;
  readonly newId: () => string;
  readonly emit: EmitRoomEvent;
  readonly recorded: () => readonly ChatMessage[];
  /** When the room was created. */
  readonly createdAt: () => number;
  /** Whether the room has messages before the first recorded one. */
  readonly hasEarlier: () => boolean;
  /** Adds the page before this message to what is recorded. */
  readonly loadBefore: (messageId: string) => Promise<void>;
  readonly self: () => { readonly id: string; readonly name: string };
}

/** The room's chat: what the record has, and what waits in the outbox. */
export class RoomChat {
  readonly #options: RoomChatOptions;
  #outbox: ChatOutbox | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: RoomChatOptions) {
    this.#options = options;
  }

  get messages(): readonly ChatEntry[] {
    const recorded = this.#options.recorded();
    const known = new Set(recorded.map((message) => message.id));
    const self = this.#options.self();
    const waiting = (this.#outbox?.messages ?? []).filter((message) => !known.has(message.messageId));
    return [
      ...recorded.map((message): ChatEntry => ({ ...message, state: 'sent' })),
      ...waiting.map(
        (message): ChatEntry => ({
          id: message.messageId,
          participantId: self.id,
          name: self.name,
          text: message.text,
          at: message.at,
          editedAt: null,
          deleted: false,
          state: message.failed === null ? 'pending' : 'failed',
        }),
      ),
    ];
  }

  /** Whether there are messages before the first of `messages`: `loadEarlier` adds them. */
  get hasEarlier(): boolean {
    return this.#options.hasEarlier();
  }

  /**
   * Adds some of the messages before the first one to `messages`; `chatChanged` follows.
   * @throws RequestRefused or ConnectionLost when they do not come
   */
  loadEarlier(): Promise<void> {
    this.#loading ??= this.#loadEarlier().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadEarlier(): Promise<void> {
    const [first] = this.#options.recorded();
    if (first === undefined || !this.hasEarlier) return;
    await this.#options.loadBefore(first.id);
    this.#options.emit('chatChanged');
  }

  /**
   * Puts a message into the outbox, which sends it once and in order [C1]. Returns its id.
   * @throws RangeError when the text is empty or too long
   * @throws Error when the room was never entered
   */
  send(text: string): string {
    if (text.trim() === '') throw new RangeError('A message needs some text.');
    if (!isChatText(text)) throw new RangeError(`A message has at most ${CHAT_LENGTH} characters.`);
    if (this.#outbox === undefined) throw new Error('Connect to the room before writing.');
    return this.#outbox.add(text).messageId;
  }

  /** Sends a failed message again. */
  retry(messageId: string): void {
    this.#outbox?.retry(messageId);
  }

  /** Forgets a failed message. */
  discard(messageId: string): void {
    this.#outbox?.discard(messageId);
  }

  async edit(messageId: string, text: string): Promise<void> {
    await this.#options.commands.send('editChat', { messageId, text });
  }

  async delete(messageId: string): Promise<void> {
    await this.#options.commands.send('deleteChat', { messageId });
  }

  /** Called with every session: sends what an earlier one, or an earlier page, left unsent. */
  connected(roomId: string, participantId: string): void {
    const { storage, newId, commands, emit, recorded, createdAt } = this.#options;
    if (this.#outbox === undefined) forgetOldOutboxes(storage, Date.now());
    this.#outbox ??= new ChatOutbox({
      storage,
      key: outboxKey(roomId, participantId),
      newId,
      now: () => Date.now(),
      post: ({ messageId, commandId, text, firstSent }) =>
        commands.send('postChat', { messageId, text, ...(firstSent && { firstSent }) }, commandId),
      room: () => ({ room: createdAt(), newest: recorded().at(-1)?.id ?? null }),
      changed: () => emit('chatChanged'),
    });
    for (const message of this.#options.recorded()) this.#outbox.seen(message.id);
    this.#outbox.connected();
  }

  disconnected(): void {
    this.#outbox?.disconnected();
  }

  changed(message: ChatMessage, change: 'posted' | 'edited' | 'deleted'): void {
    this.#options.emit('chatMessage', { ...message, state: 'sent' }, change);
    this.#options.emit('chatChanged');
  }
}
