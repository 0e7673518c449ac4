import { CHAT_LENGTH, isChatText } from '../../core/room/rules/input.ts';
import type { ChatMessage } from '../../core/room/state.ts';
import type { CommandQueue } from '../connection/CommandQueue.ts';
import type { Link } from '../connection/Link.ts';
import { ConnectionLost } from '../errors.ts';
import type { ChatEntry, EmitRoomEvent } from '../room/RoomEvents.ts';
import type { RoomRecord } from '../room/RoomRecord.ts';
import type { KeyValueStorage } from '../storage.ts';
import { ChatOutbox, forgetOldOutboxes, outboxKey } from './ChatOutbox.ts';

export interface RoomChatOptions {
  readonly commands: CommandQueue;
  readonly storage: KeyValueStorage;
  readonly newId: () => string;
  readonly emit: EmitRoomEvent;
  readonly record: RoomRecord;
  readonly link: () => Link | undefined;
  readonly self: () => { readonly id: string; readonly name: string };
}

export interface ChatOptions {
  /** The participant who alone sees it besides this one. */
  readonly to?: string;
  /** The message that it answers. */
  readonly replyTo?: string;
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
    const recorded = this.#recorded;
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
          ...(message.to !== undefined && { to: message.to }),
          ...(message.replyTo !== undefined && { replyTo: message.replyTo }),
        }),
      ),
    ];
  }

  /** Whether there are messages before the first of `messages`: `loadEarlier` adds them. */
  get hasEarlier(): boolean {
    return this.#options.record.hasEarlierChat;
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

  get #recorded(): readonly ChatMessage[] {
    return this.#options.record.room?.chat ?? [];
  }

  async #loadEarlier(): Promise<void> {
    const [first] = this.#recorded;
    if (first === undefined || !this.hasEarlier) return;
    const link = this.#options.link();
    if (link === undefined) throw new ConnectionLost('there is no connection now');
    const { messages, more } = await link.request('chatBefore', { messageId: first.id });
    this.#options.record.addEarlierChat(first.id, messages, more);
    this.#options.emit('chatChanged');
  }

  /**
   * Puts a message into the outbox, which sends it once and in order [C1]. Returns its id.
   * @throws RangeError when the text is empty or too long
   * @throws Error when the room was never entered
   */
  send(text: string, { to, replyTo }: ChatOptions = {}): string {
    if (text.trim() === '') throw new RangeError('A message needs some text.');
    if (!isChatText(text)) throw new RangeError(`A message has at most ${CHAT_LENGTH} characters.`);
    if (this.#outbox === undefined) throw new Error('Connect to the room before writing.');
    return this.#outbox.add(text, { ...(to !== undefined && { to }), ...(replyTo !== undefined && { replyTo }) })
      .messageId;
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

  /** Puts an emoji on a message, or takes this person's back: `reactions` of the message. */
  async react(messageId: string, emoji: string, on = true): Promise<void> {
    await this.#options.commands.send('reactToMessage', { messageId, emoji, on });
  }

  /** Called with every session: sends what an earlier one, or an earlier page, left unsent. */
  connected(roomId: string, participantId: string): void {
    const { storage, newId, commands, emit, record } = this.#options;
    if (this.#outbox === undefined) forgetOldOutboxes(storage, Date.now());
    this.#outbox ??= new ChatOutbox({
      storage,
      key: outboxKey(roomId, participantId),
      newId,
      now: () => Date.now(),
      post: ({ commandId, messageId, text, firstSent, to, replyTo }) =>
        commands.send('postChat', { messageId, text, firstSent, to, replyTo }, commandId),
      room: () => ({ room: record.room?.createdAt ?? 0, newest: this.#recorded.at(-1)?.id ?? null }),
      changed: () => emit('chatChanged'),
    });
    for (const message of this.#recorded) this.#outbox.seen(message.id);
    this.#outbox.connected();
  }

  disconnected(): void {
    this.#outbox?.disconnected();
  }

  changed(message: ChatMessage, change: 'posted' | 'edited' | 'deleted' | 'reacted'): void {
    this.#options.emit('chatMessage', { ...message, state: 'sent' }, change);
    this.#options.emit('chatChanged');
  }
}
