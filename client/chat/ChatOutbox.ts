import { z } from 'zod';
import { isOfNextSession, isTransient, RequestRefused } from '../errors.ts';
import type { KeyValueStorage } from '../storage.ts';

const FirstSent = z.object({ room: z.number(), newest: z.string().nullable() });
export type FirstSent = z.infer<typeof FirstSent>;

const OutboxMessage = z.object({
  messageId: z.string(),
  commandId: z.string(),
  text: z.string(),
  at: z.number(),
  /** The code of a refusal that will not pass by itself; null if there is none. */
  failed: z.string().nullable(),
  /** When the room was created that it is meant for. Pages of earlier versions did not keep it. */
  room: z.number().optional(),
  /** Set before it is sent for the first time: from then on the room may have it. */
  firstSent: FirstSent.optional(),
  /** For one person alone. */
  to: z.string().optional(),
  replyTo: z.string().optional(),
});
export type OutboxMessage = z.infer<typeof OutboxMessage>;

export interface ChatOutboxOptions {
  readonly storage: KeyValueStorage;
  readonly key: string;
  readonly newId: () => string;
  readonly now: () => number;
  /** Resolves when the room has the message. */
  readonly post: (message: OutboxMessage) => Promise<unknown>;
  /** When the room was created, and its newest message. */
  readonly room: () => FirstSent;
  readonly changed: () => void;
}

const RETRY_MS = 1_000;
/** A message that is older does not leave by itself: what was said yesterday is not for today's meeting. */
const MAX_AGE_MS = 12 * 3_600_000;
const PREFIX = 'everroom:outbox:';

export function outboxKey(roomId: string, participantId: string): string {
  return `${PREFIX}${roomId}:${participantId}`;
}

/**
 * Forgets what other stays left unsent and nobody will send any more: whoever comes with a new token is somebody else.
 * What is younger may be another tab's.
 */
export function forgetOldOutboxes(storage: KeyValueStorage, now: number): void {
  for (const key of storage.keys?.() ?? []) {
    if (!key.startsWith(PREFIX)) continue;
    const isOld = load(storage, key).every(({ at }) => isTooOld(at, now));
    if (isOld) storage.removeItem(key);
  }
}

/**
 * Chat that the room does not have yet [C1]. Messages leave one after the other, so that their order holds even if one
 * of them is refused; each keeps its ids until the room has acknowledged it, through reconnects and reloads. A message
 * that is too old, or meant for a room that was closed since, fails instead, and is sent again only by hand.
 */
export class ChatOutbox {
  readonly #options: ChatOutboxOptions;
  #messages: OutboxMessage[];
  #connected = false;
  #sending = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ChatOutboxOptions) {
    this.#options = options;
    this.#messages = load(options.storage, options.key);
  }

  /** Oldest first. */
  get messages(): readonly OutboxMessage[] {
    return this.#messages;
  }

  add(text: string, how: Pick<OutboxMessage, 'to' | 'replyTo'> = {}): OutboxMessage {
    const message = {
      ...how,
      messageId: this.#options.newId(),
      commandId: this.#options.newId(),
      text,
      at: this.#options.now(),
      failed: null,
      room: this.#options.room().room,
    };
    this.#update([...this.#messages, message]);
    void this.#flush();
    return message;
  }

  /** Sends a failed message again, behind all others. */
  retry(messageId: string): void {
    const message = this.#messages.find((candidate) => candidate.messageId === messageId);
    if (message === undefined || message.failed === null) return;
    this.#update([
      ...this.#messages.filter((candidate) => candidate.messageId !== messageId),
      // A refused command took no effect; under its old id the room might answer from memory.
      {
        ...(message.to !== undefined && { to: message.to }),
        ...(message.replyTo !== undefined && { replyTo: message.replyTo }),
        messageId,
        commandId: this.#options.newId(),
        text: message.text,
        at: this.#options.now(),
        failed: null,
        room: this.#options.room().room,
      },
    ]);
    void this.#flush();
  }

  /** Forgets a failed message. A message that is being sent cannot be taken back here. */
  discard(messageId: string): void {
    this.#update(this.#messages.filter((message) => message.messageId !== messageId || message.failed === null));
  }

  /** Called when the room shows the message: this makes up for a lost acknowledgement. */
  seen(messageId: string): void {
    if (this.#messages.some((message) => message.messageId === messageId)) this.#remove(messageId);
  }

  connected(): void {
    this.#connected = true;
    void this.#flush();
  }

  disconnected(): void {
    this.#connected = false;
    clearTimeout(this.#retry);
  }

  async #flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#retry);
    try {
      for (;;) {
        const message = this.#messages.find((candidate) => candidate.failed === null);
        if (message === undefined || !this.#connected) return;
        const room = this.#options.room();
        if (isTooOld(message.at, this.#options.now()) || (message.room ?? room.room) !== room.room) {
          this.#fail(message.messageId, 'TOO_LATE');
          continue;
        }
        try {
          await this.#options.post(this.#noteFirst(message, room));
          this.#remove(message.messageId);
        } catch (error) {
          if (error instanceof RequestRefused && !isTransient(error) && !isOfNextSession(error)) {
            this.#fail(message.messageId, error.code);
            continue;
          }
          this.#retry = setTimeout(() => void this.#flush(), RETRY_MS);
          return;
        }
      }
    } finally {
      this.#sending = false;
    }
  }

  /** Kept before the message leaves: a page that is reloaded meanwhile must know. */
  #noteFirst(message: OutboxMessage, room: FirstSent): OutboxMessage {
    if (message.firstSent !== undefined) return message;
    const noted = { ...message, firstSent: room };
    this.#update(this.#messages.map((each) => (each.messageId === message.messageId ? noted : each)));
    return noted;
  }

  #fail(messageId: string, code: string): void {
    this.#update(
      this.#messages.map((message) => (message.messageId === messageId ? { ...message, failed: code } : message)),
    );
  }

  #remove(messageId: string): void {
    this.#update(this.#messages.filter((message) => message.messageId !== messageId));
  }

  #update(messages: OutboxMessage[]): void {
    this.#messages = messages;
    try {
      if (messages.length === 0) this.#options.storage.removeItem(this.#options.key);
      else this.#options.storage.setItem(this.#options.key, JSON.stringify(messages));
    } catch {
      // With a full storage the messages do not survive a reload; they are still sent from memory.
      this.#options.storage.removeItem(this.#options.key);
    }
    this.#options.changed();
  }
}

function isTooOld(at: number, now: number): boolean {
  return now - at > MAX_AGE_MS;
}

function load(storage: KeyValueStorage, key: string): OutboxMessage[] {
  try {
    return z.array(OutboxMessage).parse(JSON.parse(storage.getItem(key) ?? '[]'));
  } catch {
    // Not ours, or from another version: nothing in it can be sent.
    storage.removeItem(key);
    return [];
  }
}
