import type { Requests } from './Requests.ts';

export interface NewBreakouts {
  /** 1 to 50. */
  readonly names: readonly string[];
  /** Whether everybody chooses a room; else a host assigns people. */
  readonly free: boolean;
  /** How long they are open; null: until a host ends them. */
  readonly durationMs: number | null;
  /** Who goes where at first; `room` is the place of its name in `names`. */
  readonly assigned: readonly { readonly participantId: string; readonly room: number }[];
}

/**
 * Breakout rooms, which `room.record.breakouts` shows. Each is a room of its own: whoever enters one joins it with
 * another `Room`, and keeps the place, and the `Room`, of the main room. Hosts open, change and end them, and move
 * people.
 */
export class RoomBreakouts {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  async open({ names, free, durationMs, assigned }: NewBreakouts): Promise<void> {
    await this.#requests.commands.send('openBreakouts', {
      names: [...names],
      free,
      durationMs,
      assigned: [...assigned],
    });
  }

  /** `endsAt` by the clock of the servers, like that of the record; null: when a host ends them. */
  async setEnd(endsAt: number | null): Promise<void> {
    await this.#requests.commands.send('setBreakoutsEnd', { endsAt });
  }

  /**
   * The time by which they end (ms since the epoch), which may not be that of this device.
   * @throws ConnectionLost while there is no connection
   */
  async serverTime(): Promise<number> {
    return (await this.#requests.ask('ping', {})).serverTime;
  }

  async end(): Promise<void> {
    await this.#requests.commands.send('endBreakouts', {});
  }

  /** Says where somebody belongs; null: in the main room. Their application takes them there. */
  async assign(participantId: string, roomId: string | null): Promise<void> {
    await this.#requests.commands.send('assignBreakout', { participantId, roomId });
  }

  /** A message to everybody in the chat of the main room, which applications show in breakout rooms too. */
  async announce(text: string): Promise<void> {
    await this.#requests.commands.send('postChat', { messageId: this.#requests.newId(), text, announcement: true });
  }

  /**
   * Marks this person as inside, ends what they publish in the main room, and returns a token with which another `Room`
   * joins the breakout room within two minutes.
   * @throws RequestRefused when it is not theirs (FORBIDDEN), or is over
   */
  async enter(roomId: string): Promise<{ readonly roomId: string; readonly token: string }> {
    return this.#requests.commands.send('enterBreakout', { roomId });
  }

  /** Back to the main room. */
  async leave(): Promise<void> {
    await this.#requests.commands.send('leaveBreakout', {});
  }
}

/** Returns an assignment at random in which no room has two people more than another. */
export function assignedAtRandom(
  participantIds: readonly string[],
  rooms: number,
  random: () => number = Math.random,
): NewBreakouts['assigned'] {
  const shuffled = participantIds
    .map((participantId) => ({ participantId, order: random() }))
    .sort((a, b) => a.order - b.order);
  return shuffled.map(({ participantId }, index) => ({ participantId, room: index % rooms }));
}
