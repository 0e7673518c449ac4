import type { Socket } from 'socket.io';
import { STANDBY_SESSION } from '../../core/media/RoomMedia.ts';
import type { Actor } from '../../core/room/commands.ts';
import type { CommandId, ParticipantId, RoomId } from '../../core/room/state.ts';
import type { TokenClaims } from '../auth/tokens.ts';
import type { Limits } from '../limits/Limits.ts';
import { TokenBucket } from '../limits/TokenBucket.ts';
import { type NotificationBody, type NotificationName, notifications } from '../protocol/notifications.ts';
import type { Protocol } from '../protocol/version.ts';
import { WireRefusal } from '../requests/WireRefusal.ts';
import { type EndReason, encode } from '../telling/notifications.ts';
import { writeTo } from './engineConnection.ts';

/** The session of a participant that a connection carries. */
export interface Seat {
  readonly roomId: RoomId;
  readonly participantId: ParticipantId;
  readonly session: number;
}

/** A client that passed the gate. */
export interface Admission {
  readonly protocol: Protocol;
  readonly claims: TokenClaims;
  /** The address that limits count by. */
  readonly address: string;
  /** The URL at which the client found this node. */
  readonly nodeUrl: string;
  /** It came to stand by. */
  readonly standby: boolean;
}

/** An answer that takes longer does not delay the end of its connection. */
const LAST_ANSWERS_MS = 1_000;
const REPLACED_MS = 1_000;
/** What may wait for the client's answer. */
const MOST_ASKED = 256;

/**
 * One client's socket, and its place in the room of its token: outside, entering, seated, or gone. While it enters,
 * notifications wait until the answer to its request is on the wire: a client knows the room before it hears of
 * changes.
 */
export class ClientConnection {
  readonly protocol: Protocol;
  readonly claims: TokenClaims;
  /** The address that limits count by. */
  readonly address: string;
  /** The URL at which the client found this node. */
  readonly nodeUrl: string;
  /** It came to stand by. */
  readonly standby: boolean;
  readonly requests: TokenBucket;
  readonly signals: TokenBucket;
  /** Bytes that are recorded of it. */
  readonly written: TokenBucket;
  /** Requests beyond the limit: a client that ignores refusals is cut off. */
  readonly excess: TokenBucket;
  /** The last record command: `produce` waits for the `publish` before it. */
  lastRecorded: Promise<unknown> = Promise.resolve();

  /** The room's password hash that this client's password fits, as its last `join` showed. */
  passwordVerifiedFor: string | null = null;
  /** A knock is still being recorded: until then its absence from the lobby means nothing. */
  knockUnderWay = false;

  readonly #socket: Socket;
  #seat: Seat | null = null;
  #standsBy = false;
  /** The command by which it is entering now. */
  #entering: CommandId | null = null;
  #hearsCommits = false;
  #queued: (() => void)[] | null = null;
  #ended = false;
  #replaced = false;
  readonly #asked = new Set<() => void>();
  #inFlight = 0;
  #charactersSent = 0;
  /** What waits for `flush`, in the order in which it was told. */
  #gathered: string[] = [];
  #onIdle: (() => void) | null = null;

  constructor(socket: Socket, { protocol, address, claims, nodeUrl, standby }: Admission, limits: Limits, now: number) {
    this.#socket = socket;
    this.protocol = protocol;
    this.claims = claims;
    this.address = address;
    this.nodeUrl = nodeUrl;
    this.standby = standby;
    this.requests = new TokenBucket(limits.requests, now);
    this.signals = new TokenBucket(limits.signals, now);
    this.written = new TokenBucket(limits.written, now);
    this.excess = new TokenBucket(limits.excess, now);
    socket.conn.on('packetCreate', ({ data }: { readonly data?: unknown }) => {
      if (typeof data === 'string') this.#charactersSent += data.length;
    });
  }

  /** Everything that was sent to this client. */
  get charactersSent(): number {
    return this.#charactersSent;
  }

  get roomId(): RoomId {
    return this.claims.roomId;
  }

  get participantId(): ParticipantId {
    return this.claims.participantId;
  }

  get seat(): Seat | null {
    return this.#seat;
  }

  /** Its participant stands by here, and has its session elsewhere. */
  get standsBy(): boolean {
    return this.#standsBy;
  }

  get entering(): CommandId | null {
    return this.#entering;
  }

  /** Whether it hears of commits; earlier ones are part of the room that it will get. */
  get hearsCommits(): boolean {
    return this.#hearsCommits;
  }

  get isOpen(): boolean {
    return !this.#ended && this.#socket.connected;
  }

  /** Its participant is on another connection: it gets no answers, so that its client does not believe it alive. */
  get isReplaced(): boolean {
    return this.#replaced;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** @throws WireRefusal when the connection is not seated (NOT_IN_ROOM) */
  requireSeat(): Seat & { readonly actor: Actor } {
    if (!this.#seat || this.#entering !== null || this.#ended) {
      throw new WireRefusal('NOT_IN_ROOM', 'You are not in the room. Join it, or resume.');
    }
    const { participantId, session } = this.#seat;
    return { ...this.#seat, actor: { kind: 'participant', participantId, session } };
  }

  /**
   * The session whose media this connection speaks for.
   * @throws WireRefusal when it has none (NOT_IN_ROOM)
   */
  requireMedia(): Seat {
    if (!this.#standsBy || this.#ended) return this.requireSeat();
    return { roomId: this.roomId, participantId: this.participantId, session: STANDBY_SESSION };
  }

  setStandsBy(standsBy: boolean): void {
    this.#standsBy = standsBy;
  }

  /**
   * Returns the function to call once the answer is on the wire.
   * @throws WireRefusal when the session is over (NOT_IN_ROOM), or the connection is entering already (INVALID)
   */
  startEntering(commandId: CommandId): () => void {
    if (this.#ended) throw new WireRefusal('NOT_IN_ROOM', 'This session is over.');
    if (this.#entering !== null) throw new WireRefusal('INVALID', 'This connection is joining already.');
    this.flush();
    const heard = this.#hearsCommits;
    this.#entering = commandId;
    this.#hearsCommits = false;
    this.#queued = [];
    return () => {
      this.#entering = null;
      // The resume failed and the connection keeps its old seat: the next version number shows what it missed.
      if (heard && this.#seat && !this.#ended) this.#hearsCommits = true;
      const queued = this.#queued ?? [];
      this.#queued = null;
      for (const send of queued) send();
    };
  }

  takeSeat(seat: Seat | null): void {
    this.#seat = seat;
  }

  /** Its participant has a session on another node; this connection hears nothing more of the room. */
  leaveSeat(): void {
    this.#seat = null;
    this.#hearsCommits = false;
  }

  /** From here on it hears of every commit: the client gets the room as it is now. */
  startHearing(): void {
    this.#hearsCommits = true;
  }

  notify<N extends NotificationName>(name: N, body: NotificationBody<N>): void {
    this.write(encode(name, body));
  }

  /** Sends the output of `encode`. */
  write(encoded: string): void {
    this.#whenHeard(() => writeTo(this.#socket, [encoded]));
  }

  /** Sends it with the next `flush`, and before anything else that is sent. Returns whether it waits for that. */
  gather(encoded: string): boolean {
    if (this.#ended) return false;
    if (this.#queued) this.write(encoded);
    else this.#gathered.push(encoded);
    return !this.#queued;
  }

  /** Sends what was gathered, in one go. */
  flush(): void {
    if (this.#gathered.length === 0) return;
    const gathered = this.#gathered;
    this.#gathered = [];
    writeTo(this.#socket, gathered);
  }

  /**
   * Resolves with what the client acknowledges it with, unchecked; rejects after `timeoutMs`, when the connection is
   * lost before, or when too much that it was asked later waits too.
   */
  ask<N extends NotificationName>(
    name: N,
    body: NotificationBody<N>,
    timeoutMs = Number.POSITIVE_INFINITY,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onLost = () => reject(new Error(`The client did not answer ${name}, and will not.`));
      if (!this.isOpen) {
        onLost();
        return;
      }
      const [oldest] = this.#asked;
      if (oldest && this.#asked.size >= MOST_ASKED) {
        this.#asked.delete(oldest);
        oldest();
      }
      this.#asked.add(onLost);
      const checked = notifications[name].parse(body);
      const onAnswer = (answer: unknown): void => {
        this.#asked.delete(onLost);
        resolve(answer);
      };
      const onOutcome = (error: Error | null, answer: unknown): void => {
        if (error) this.#asked.delete(onLost);
        if (error) reject(new Error(`The client did not answer ${name} in ${timeoutMs} ms.`, { cause: error }));
        else onAnswer(answer);
      };
      this.#whenHeard(() => {
        if (timeoutMs === Number.POSITIVE_INFINITY) this.#socket.emit(name, checked, onAnswer);
        else this.#socket.timeout(timeoutMs).emit(name, checked, onOutcome);
      });
    });
  }

  /** The socket is closed: open requests get no answer. */
  lost(): void {
    for (const onLost of this.#asked) onLost();
    this.#asked.clear();
  }

  requestStarted(): void {
    this.#inFlight += 1;
  }

  requestAnswered(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#onIdle?.();
  }

  /** Closes at once, because the client breaks the rules. Its participant may resume. */
  cutOff(): void {
    this.#socket.disconnect(true);
  }

  /**
   * Tells the client why (null: nobody is there to hear it), and closes once its open requests are answered. From now
   * on the connection hears nothing else. A replaced connection hears it a little later: usually the same client came
   * back, and by then has dropped this connection, so that it does not take the message for its own end.
   */
  end(reason: EndReason | null): void {
    if (this.#ended) return;
    this.flush();
    this.#ended = true;
    this.#hearsCommits = false;
    const close = () => {
      clearTimeout(timer);
      this.#onIdle = null;
      if (reason) this.#socket.conn.write(encode('sessionEnded', { reason }));
      this.#socket.disconnect(true);
    };
    const timer = setTimeout(close, reason === 'replaced' ? REPLACED_MS : LAST_ANSWERS_MS).unref();
    if (reason === 'replaced') {
      this.#replaced = true;
      return;
    }
    if (this.#inFlight === 0) close();
    else this.#onIdle = close;
  }

  /** Closes at once. A client that moved knows already; in another tab somebody else may have taken its place. */
  endAsReplaced(): void {
    this.#ended = true;
    this.#socket.conn.write(encode('sessionEnded', { reason: 'replaced' }));
    this.#socket.disconnect(true);
  }

  #whenHeard(send: () => void): void {
    if (this.#ended) return;
    if (this.#queued) {
      this.#queued.push(send);
      return;
    }
    this.flush();
    send();
  }
}
