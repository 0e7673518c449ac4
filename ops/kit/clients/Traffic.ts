import { pause } from '../../../client/connection/pause.ts';
import type { Room } from '../../../client/Room.ts';
import type { TrafficOptions } from './DrillClient.ts';
import { type Deed, DeedNames, HAND_LOWERED, HAND_RAISED, type Lane, messageKey, nameKey } from './deeds.ts';

/** With this many unanswered messages the client waits: a long outage must not pile up messages without end. */
const MOST_WAITING = 100;
const RETRY_MS = 200;
const LOOK_EVERY_MS = 1_000;

interface Entry {
  readonly lane: Lane;
  readonly key: string;
  readonly askedAt: number;
  ackedAt: number | null;
  refused: string | null;
}

/** The steady requests of one client to its room, and their answers. */
export class Traffic {
  readonly #room: Room;
  readonly #deeds: Entry[] = [];
  /** Messages that the room does not have yet, by id. */
  readonly #unsent = new Map<string, Entry>();
  readonly #names = new DeedNames();
  #timer: ReturnType<typeof setInterval> | undefined;
  #lookTimer: ReturnType<typeof setInterval> | undefined;
  #going = false;
  /** Nothing is asked again any more. */
  #over = false;
  #turn = 0;
  #lane: Promise<void> = Promise.resolve();

  constructor(room: Room) {
    this.#room = room;
    room.on('chatMessage', ({ id }, change) => {
      if (change === 'posted') this.#posted(id);
    });
  }

  /** Goes on where `stop` ended it. */
  start({ chatEveryMs, stateEveryMs }: TrafficOptions): void {
    this.#going = true;
    this.#over = false;
    this.#timer = setInterval(() => this.#post(), chatEveryMs);
    this.#lookTimer = setInterval(() => this.#lookAtChat(), LOOK_EVERY_MS);
    this.#lane = this.#changeState(stateEveryMs);
  }

  /** Resolves with all deeds once each is answered, or after `limitMs`. */
  async stop(limitMs: number): Promise<Deed[]> {
    this.#going = false;
    clearInterval(this.#timer);
    const limit = pause(limitMs);
    const deadline = Date.now() + limitMs;
    await Promise.race([limit, this.#lane]);
    this.#over = true;
    while (this.#unsent.size > 0 && Date.now() < deadline) await pause(20);
    clearInterval(this.#lookTimer);
    return this.#deeds;
  }

  #post(): void {
    if (this.#unsent.size >= MOST_WAITING) return;
    const { id } = this.#room.localParticipant;
    const messageId = this.#room.chat.send(`${this.#names.next(`message of ${id}`)}`);
    this.#unsent.set(messageId, this.#ask('chat', messageKey(messageId)));
  }

  #posted(messageId: string): void {
    const deed = this.#unsent.get(messageId);
    if (deed) deed.ackedAt = Date.now();
    this.#unsent.delete(messageId);
  }

  /** Finds messages that were refused, or that the copy got with a whole room instead of an event. */
  #lookAtChat(): void {
    if (this.#unsent.size === 0) return;
    for (const { id, state } of this.#room.chat.messages) {
      if (state === 'sent') this.#posted(id);
      const deed = state === 'failed' ? this.#unsent.get(id) : undefined;
      if (!deed) continue;
      deed.refused = 'failed';
      this.#unsent.delete(id);
    }
  }

  async #changeState(everyMs: number): Promise<void> {
    const me = this.#room.localParticipant;
    const turns = [
      () => this.#insist(this.#names.next(HAND_RAISED), () => me.raiseHand()),
      () => this.#insist(this.#names.next(HAND_LOWERED), () => me.lowerHand()),
      () => {
        const name = this.#names.next(me.id);
        return this.#insist(nameKey(name), () => me.setName(name));
      },
    ];
    for (; this.#going; this.#turn = (this.#turn + 1) % turns.length) {
      await turns[this.#turn]?.();
      await pause(everyMs);
    }
  }

  /** Repeats the request until it succeeds. Repeating one of these requests changes nothing. */
  async #insist(key: string, ask: () => Promise<void>): Promise<void> {
    const deed = this.#ask('state', key);
    for (;;) {
      try {
        await ask();
        deed.ackedAt = Date.now();
        return;
      } catch (error) {
        if (this.#over) {
          deed.refused = error instanceof Error ? error.message : String(error);
          return;
        }
        await pause(RETRY_MS);
      }
    }
  }

  #ask(lane: Lane, key: string): Entry {
    const deed: Entry = { lane, key, askedAt: Date.now(), ackedAt: null, refused: null };
    this.#deeds.push(deed);
    return deed;
  }
}
