import { codeOf } from '../../lib/describeError.ts';
import type { Meeting, MeetingSnapshot } from '../Meeting.ts';
import { eventsBetween } from './eventsBetween.ts';
import { type Command, type EmbeddingEvent, idOf, isAllowed, MARK, readCommand } from './protocol.ts';

/** The frame's side of the talk: what arrives, and where answers go. */
export interface Frame {
  /** The origins that may steer the page. */
  readonly allowed: readonly string[];
  /** The origin of whoever shows the page; null while the browser does not tell. */
  readonly origin: string | null;
  /** Sends to whoever shows the page, if they are of that origin. */
  send(message: object, origin: string): void;
}

/**
 * Lets the site that shows the page in a frame steer the meeting, and tells it what happens. It listens to nobody but
 * that site, and only if the operator allows its origin.
 */
export class Embedding {
  readonly #frame: Frame;
  #origin: string | null = null;
  #meeting: Meeting | null = null;
  #seen: MeetingSnapshot | null = null;

  constructor(frame: Frame) {
    this.#frame = frame;
    if (frame.origin !== null) this.#meet(frame.origin);
  }

  /** Follows a meeting until it ends. */
  follow(meeting: Meeting): void {
    this.#meeting = meeting;
    this.#seen = null;
    const look = () => {
      if (this.#meeting !== meeting) return;
      const now = meeting.getSnapshot();
      for (const event of eventsBetween(this.#seen, now)) this.#tell(event);
      this.#seen = now;
      if (now.ended === null) return;
      this.#meeting = null;
      stop();
    };
    const stop = meeting.subscribe(look);
    look();
  }

  /** Takes a message of the site around the page. */
  async take(message: unknown, origin: string): Promise<void> {
    if (!isAllowed(origin, this.#frame.allowed)) return;
    if (this.#origin !== origin) this.#meet(origin);
    const id = idOf(message);
    try {
      const command = readCommand(message);
      if (!command) return;
      await this.#do(command);
      this.#send({ id, ok: true });
    } catch (error) {
      const code = error instanceof RangeError ? 'INVALID' : codeOf(error);
      this.#send({ id, ok: false, error: code ?? 'FAILED' });
    }
  }

  /** From now on the site at this origin hears what happens, from the beginning. */
  #meet(origin: string): void {
    if (!isAllowed(origin, this.#frame.allowed)) return;
    this.#origin = origin;
    this.#tell({ event: 'ready' });
    if (this.#meeting) for (const event of eventsBetween(null, this.#meeting.getSnapshot())) this.#tell(event);
  }

  async #do(command: Command): Promise<void> {
    if (!this.#meeting) throw Object.assign(new Error('not in a meeting'), { code: 'NOT_IN_ROOM' });
    const { actions } = this.#meeting;
    switch (command.command) {
      case 'setMicrophone':
        return actions.setMicrophone(command.on);
      case 'setCamera':
        return actions.setCamera(command.on);
      case 'setHand':
        return command.on ? actions.raiseHand() : actions.lowerHand(this.#meeting.getSnapshot().self.id);
      case 'setDisplayName':
        return actions.rename(command.name);
      case 'sendChat':
        return actions.postChat(command.text);
      case 'hangup':
        return actions.leave();
    }
  }

  #tell(event: EmbeddingEvent): void {
    this.#send(event);
  }

  #send(message: object): void {
    if (this.#origin !== null) this.#frame.send({ [MARK]: 1, ...message }, this.#origin);
  }
}
