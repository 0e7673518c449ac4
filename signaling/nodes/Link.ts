import { LONGEST_BODY } from '../../core/cluster/NodeChannel.ts';
import type { Clock } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';
import { FrameCipher } from './FrameCipher.ts';
import type { Session } from './handshake.ts';

/** A peer that is not heard for three of these is gone: a living one says something in each. */
const TICK_MS = 500;
const SILENT_TICKS = 3;
/** A node that ticks later than this said nothing for so long that its peers may have taken it for gone. */
const LATE_MS = (SILENT_TICKS - 0.5) * TICK_MS;
/** What a peer does about that is noticed within this time. */
const AFTERMATH_MS = 3_000;
/** The server takes frames of 64 KiB; base64 and the packet around it make them longer. */
const FRAME_BYTES = 36_000;
/** JSON takes three bytes for a character at most. */
const LONGEST_MESSAGE_BYTES = 3 * LONGEST_BODY + 4_096;
/** What may be on its way without the peer having said that it came. */
const WINDOW_BYTES = 1 << 20;
const ACKNOWLEDGE_AFTER_BYTES = WINDOW_BYTES / 4;
/** What may wait for a peer that reads slowly: more than any burst. */
const MOST_WAITING_BYTES = 32 << 20;

/** The first byte of a frame. */
const FRAME = { more: 0, last: 1, heard: 2 } as const;

/** Carries frames in order to the other end. */
export interface Wire {
  send(frame: string): void;
  /** Ends the connection at once, though the other end may not answer. */
  close(): void;
}

export type LinkEnd =
  | 'the connection closed'
  /** It closed when this process had stood still for so long that the peer may have taken it for gone, and hung up. */
  | 'the connection closed after a standstill here'
  | 'silent'
  | 'does not read'
  | 'not understood'
  | 'replaced'
  | 'stopping';

interface LinkDeps {
  readonly session: Session;
  readonly wire: Wire;
  readonly clock: Clock;
  /** Gets the JSON that the other end sent. Must not throw. */
  readonly onMessage: (message: unknown) => void;
  /** Called once. */
  readonly onEnd: (end: LinkEnd) => void;
}

/** The open connection to one node: messages of any length in encrypted frames, and an eye on whether it lives. */
export class Link {
  readonly peer: NodeId;
  /** The node that made the connection. */
  readonly dialer: NodeId;
  readonly #deps: LinkDeps;
  readonly #outgoing: FrameCipher;
  readonly #incoming: FrameCipher;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #sentBytes = 0;
  #arrivedBytes = 0;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #heardBytes = 0;
  #acknowledgedBytes = 0;
  #heardSinceTick = true;
  #silentTicks = 0;
  #ended = false;
  #cancelTick: () => void = () => {};
  #tickedAt: number;
  /** When this process last stood still. */
  #lateAt = Number.NEGATIVE_INFINITY;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
    this.peer = deps.session.peer;
    this.dialer = deps.session.dialer;
    this.#outgoing = new FrameCipher(deps.session.sendKey);
    this.#incoming = new FrameCipher(deps.session.receiveKey);
    this.#tickedAt = deps.clock.now();
    this.#acknowledge();
    this.#nextTick();
  }

  /** Sends a message as the JSON of `Message`; nothing once the link has ended. */
  send(json: string): void {
    if (this.#ended) return;
    const bytes = Buffer.from(json);
    for (let from = 0; from < bytes.length; from += FRAME_BYTES) {
      const isLast = from + FRAME_BYTES >= bytes.length;
      const part = bytes.subarray(from, from + FRAME_BYTES);
      this.#waiting.push(Buffer.concat([Buffer.of(isLast ? FRAME.last : FRAME.more), part]));
      this.#waitingBytes += part.length;
    }
    if (this.#waitingBytes > MOST_WAITING_BYTES) this.end('does not read');
    else this.#sendWaiting();
  }

  /** Takes a frame from the other end. */
  receive(frame: unknown): void {
    if (this.#ended) return;
    try {
      if (typeof frame !== 'string') throw new TypeError('A frame is a string.');
      this.#take(this.#incoming.open(frame));
    } catch {
      // Somebody on the way changed it, or the other end has a bug: nothing that follows could be believed.
      this.end('not understood');
    }
  }

  /** The connection below it is closed. */
  closed(): void {
    this.#noteLateness();
    const isAftermath = this.#deps.clock.now() - this.#lateAt < AFTERMATH_MS;
    this.end(isAftermath ? 'the connection closed after a standstill here' : 'the connection closed');
  }

  /** Ends the link; harmless if it has ended. */
  end(end: LinkEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTick();
    this.#waiting.length = 0;
    this.#deps.wire.close();
    this.#deps.onEnd(end);
  }

  #take(frame: Buffer): void {
    this.#heardSinceTick = true;
    const payload = frame.subarray(1);
    if (frame[0] === FRAME.heard) {
      this.#arrivedBytes = payload.readDoubleBE(0);
      this.#sendWaiting();
      return;
    }
    this.#heardBytes += payload.length;
    if (this.#heardBytes - this.#acknowledgedBytes >= ACKNOWLEDGE_AFTER_BYTES) this.#acknowledge();
    this.#parts.push(payload);
    this.#partsBytes += payload.length;
    if (this.#partsBytes > LONGEST_MESSAGE_BYTES) throw new RangeError('The message is too long.');
    if (frame[0] === FRAME.more) return;
    const text = Buffer.concat(this.#parts).toString();
    this.#parts = [];
    this.#partsBytes = 0;
    this.#deps.onMessage(JSON.parse(text));
  }

  #sendWaiting(): void {
    let next = 0;
    while (next < this.#waiting.length && this.#sentBytes - this.#arrivedBytes < WINDOW_BYTES && !this.#ended) {
      const frame = this.#waiting[next++] as Buffer;
      this.#waitingBytes -= frame.length - 1;
      this.#sentBytes += frame.length - 1;
      this.#deps.wire.send(this.#outgoing.seal(frame));
    }
    this.#waiting.splice(0, next);
  }

  /** Says how much has come; it is a sign of life too. */
  #acknowledge(): void {
    this.#acknowledgedBytes = this.#heardBytes;
    const frame = Buffer.alloc(9);
    frame[0] = FRAME.heard;
    frame.writeDoubleBE(this.#heardBytes, 1);
    this.#deps.wire.send(this.#outgoing.seal(frame));
  }

  #nextTick(): void {
    this.#cancelTick = this.#deps.clock.setTimer(TICK_MS, () => this.#tick());
  }

  #noteLateness(): void {
    const now = this.#deps.clock.now();
    if (now - this.#tickedAt > LATE_MS) this.#lateAt = now;
  }

  /** Counts ticks instead of time: a process that was itself held up does not blame the others. */
  #tick(): void {
    this.#noteLateness();
    this.#tickedAt = this.#deps.clock.now();
    this.#silentTicks = this.#heardSinceTick ? 0 : this.#silentTicks + 1;
    this.#heardSinceTick = false;
    if (this.#silentTicks >= SILENT_TICKS) {
      this.end('silent');
      return;
    }
    this.#acknowledge();
    this.#nextTick();
  }
}
