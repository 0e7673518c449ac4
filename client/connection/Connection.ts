import type { NotificationBody } from '../../signaling/protocol/notifications.ts';
import type { EntryAnswer } from '../../signaling/protocol/requests.ts';
import {
  ConnectError,
  ConnectionLost,
  isOutdated,
  isTransient,
  isUnsupported,
  mayBeRecorded,
  RequestRefused,
} from '../errors.ts';
import type { ConnectionOptions, ConnectionOwner, EntryKind, SessionEnd } from './ConnectionOwner.ts';
import { closeWhenSilent } from './closeWhenSilent.ts';
import { dial } from './dial.ts';
import { endOf } from './endOf.ts';
import { isStayOver, JoinTokens } from './JoinTokens.ts';
import type { Link, Notification } from './Link.ts';
import { LivenessWatch } from './LivenessWatch.ts';
import { Move } from './Move.ts';
import { NodeChoice } from './NodeChoice.ts';
import { pause } from './pause.ts';
import { redialDelayMs } from './redial.ts';

/** Longer than a server waits for its journal. */
const ENTRY_TIMEOUT_MS = 15_000;
const ENTRY_RETRIES_PER_LINK = 3;
/** A server that is older than this client is asked again after this: it is about to be updated. */
const UNSUPPORTED_RETRY_MS = 500;
/** Servers that need a newer client are asked again after this: one may come up that does not. */
const OUTDATED_RETRY_MS = 3_000;

/**
 * Gets a session and keeps it: dials, joins or resumes, watches the link, and starts over when it dies, until the room
 * refuses. Each link opens its own session, which fences the one before.
 */
export class Connection {
  readonly #owner: ConnectionOwner;
  readonly #options: ConnectionOptions;
  readonly #nodes: NodeChoice;
  readonly #dial: typeof dial;
  readonly #wakers = new Set<() => void>();
  readonly #joinTokens: JoinTokens;
  #resumeToken: string | undefined;
  #link: Link | undefined;
  #watch: LivenessWatch | undefined;
  #dialling: AbortController | undefined;
  /** Another session is being opened on another node while the link still serves. */
  #move: Move | undefined;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #polling = false;
  /** A request for entry is under way: from here on there is no way back to the previous link. */
  #entering = false;
  /** An attempt failed after the room may have recorded it: the session of the previous link may be over. */
  #mayHaveEntered = false;
  #ended = false;
  #lastSession = 0;
  /** There was a session: from now on failures are recovered from. */
  #wasIn = false;
  #held = false;

  constructor(owner: ConnectionOwner, options: ConnectionOptions, dialNodes = dial) {
    this.#owner = owner;
    this.#dial = dialNodes;
    this.#options = options;
    this.#nodes = new NodeChoice(options.nodes, options.resumeToken && options.nodes[0], options.follow);
    this.#resumeToken = options.resumeToken;
    this.#joinTokens = new JoinTokens(options.joinToken, options.getJoinToken);
  }

  get nodes(): readonly string[] {
    return this.#nodes.list.urls;
  }

  /**
   * Resolves with the first session.
   * @throws RequestRefused when a server refuses for good
   * @throws ConnectError when the client cannot get in for another reason
   */
  async open(timeoutMs: number): Promise<void> {
    const dialling = new AbortController();
    this.#dialling = dialling;
    this.#openTimer = setTimeout(() => {
      dialling.abort(
        this.#nodes.busy ??
          new ConnectError('UNREACHABLE', 'No server could be reached. Check the network and try again.'),
      );
    }, timeoutMs);
    try {
      await this.#establish(performance.now(), dialling.signal);
    } catch (error) {
      this.close();
      throw error;
    } finally {
      clearTimeout(this.#openTimer);
    }
  }

  /** Lets its holder in as this participant, on any node; undefined before the first session. */
  get resumeToken(): string | undefined {
    return this.#resumeToken;
  }

  /** Ends the wait before the next attempt: the network is back, or somebody looks at the page again. */
  wake(): void {
    for (const wake of [...this.#wakers]) wake();
  }

  /** Gives this session up and gets another: the client's copy cannot be trusted any more. */
  renew(reason: string): void {
    this.#link?.close();
    if (this.#link !== undefined) this.#dropped(this.#link, reason);
  }

  close(): void {
    this.#ended = true;
    this.#dialling?.abort(new ConnectError('CANCELLED', 'Disconnected.'));
    this.#move?.cancel();
    this.#watch?.stop();
    this.#link?.close();
    this.#link = undefined;
  }

  readonly #onWake = (wake: () => void): (() => void) => {
    this.#wakers.add(wake);
    return () => this.#wakers.delete(wake);
  };

  async #establish(lostAt: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const resuming = this.#resumeToken !== undefined;
      const token = this.#resumeToken ?? (await this.#joinTokens.current());
      if (signal.aborted) throw signal.reason;
      let link: Link | undefined;
      try {
        const ways = this.#nodes.toDial(resuming);
        const dialOptions = { ...ways, token, pollingFirst: this.#polling, lostAt, onWake: this.#onWake };
        link = (resuming ? this.#owner.standby() : undefined) ?? (await this.#dial(dialOptions, signal));
        this.#entering = true;
        await this.#enter(link, resuming ? 'resumed' : 'joined', signal);
        return;
      } catch (error) {
        link?.close();
        this.#mayHaveEntered ||= this.#entering && mayBeRecorded(error);
        if (signal.aborted) throw signal.reason;
        if (isOutdated(error) && this.#wasIn) {
          this.#owner.outdated(error as Error);
          await pause(OUTDATED_RETRY_MS);
          continue;
        }
        if (!(error instanceof RequestRefused) && !(error instanceof ConnectionLost)) throw error;
        if (!isTransient(error)) {
          if (!resuming && (await this.#joinTokens.renewAfter(error))) continue;
          if (!resuming || !isStayOver(error)) throw error;
          this.#resumeToken = undefined;
          continue;
        }
        if (link !== undefined) this.#nodes.failed(link.url, error);
        await pause(this.#retryPauseMs(error, lostAt));
      } finally {
        if (!signal.aborted) this.#entering = this.#mayHaveEntered;
      }
    }
  }

  /** @throws RequestRefused when the person who joins had better hear how long it takes */
  #retryPauseMs(error: RequestRefused | ConnectionLost, lostAt: number): number {
    const waitMs = redialDelayMs(performance.now() - lostAt, Math.random());
    if (isUnsupported(error)) return Math.max(waitMs, UNSUPPORTED_RETRY_MS);
    if (!(error instanceof RequestRefused) || error.retryAfterMs === undefined || error.code === 'BUSY') return waitMs;
    if (!this.#wasIn) throw error;
    if (!this.#held) this.#owner.held(error);
    this.#held = true;
    // Another node may take us at once.
    return this.#nodes.list.urls.length > 1 ? Math.max(waitMs, UNSUPPORTED_RETRY_MS) : waitMs + error.retryAfterMs;
  }

  async #enter(link: Link, how: EntryKind, signal: AbortSignal): Promise<void> {
    const resuming = how !== 'joined';
    // What arrives before the answer is processed counts after it.
    const early: (() => void)[] = [];
    let admitted: (decision: boolean) => void = () => undefined;
    let over: ((error: Error) => void) | undefined;
    let deliver = (notification: Notification): void => {
      if (notification.name === 'lobbyDecided') admitted(notification.body.admitted);
      else if (notification.name === 'sessionEnded' && over !== undefined) {
        over(
          new RequestRefused(notification.body.reason === 'banned' ? 'BANNED' : 'ROOM_CLOSED', 'The room is closed.'),
        );
      } else early.push(() => this.#notified(link, notification));
    };
    let invalid = (name: string, error: unknown): void => {
      early.push(() => this.#owner.invalid(name, error));
    };
    let closed = (reason: string): void => over?.(new ConnectionLost(reason));
    link.listen({
      notified: (notification) => deliver(notification),
      invalid: (name, error) => invalid(name, error),
      closed: (reason) => closed(reason),
    });
    const onAbort = (): void => link.close();
    signal.addEventListener('abort', onAbort);
    const stopPinging = closeWhenSilent(link);
    try {
      let commandId = this.#owner.newId();
      for (let attempt = 1; ; ) {
        try {
          const session = await this.#requestEntry(link, resuming, commandId);
          if (signal.aborted) throw signal.reason;
          this.#joinTokens.entered(session);
          this.#goLive(link, session, how);
          break;
        } catch (error) {
          if (!(error instanceof RequestRefused)) throw error;
          if (error.code === 'LOBBY' && !resuming && this.#options.knock) {
            await this.#waitInLobby(link, (resolve, reject) => {
              admitted = resolve;
              over = reject;
            });
            over = undefined;
            commandId = this.#owner.newId();
            continue;
          }
          if (error.code !== 'JOURNAL_UNAVAILABLE' || attempt >= ENTRY_RETRIES_PER_LINK) throw error;
          attempt += 1;
          await pause(300);
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      stopPinging();
    }
    closed = (reason) => this.#dropped(link, reason);
    deliver = (notification) => this.#notified(link, notification);
    invalid = (name, error) => this.#owner.invalid(name, error);
    for (const tell of early) tell();
    if (link.closed) this.#dropped(link, 'closed while entering');
  }

  #requestEntry(link: Link, resuming: boolean, commandId: string): Promise<EntryAnswer> {
    const { position, rtpCapabilities, view, expected } = this.#owner.entryState();
    const { device } = this.#options;
    const mine = {
      commandId,
      ...(this.#lastSession > 0 && { session: this.#lastSession }),
      ...(rtpCapabilities && { rtpCapabilities, renews: true }),
      ...(view && { view }),
      ...(device && { device }),
    };
    if (resuming) {
      const promote = link.standsBy && { promote: true };
      return link.request('resume', { ...mine, ...position, expected: [...expected], ...promote }, ENTRY_TIMEOUT_MS);
    }
    const { name, password } = this.#options;
    const body = { ...mine, name, ...(password !== undefined && { password }) };
    return link.request('join', body, ENTRY_TIMEOUT_MS);
  }

  async #waitInLobby(
    link: Link,
    decision: (resolve: (admitted: boolean) => void, reject: (error: Error) => void) => void,
  ): Promise<void> {
    const decided = new Promise<boolean>(decision);
    // A host may take long, so entering has no time limit from here on.
    clearTimeout(this.#openTimer);
    this.#owner.lobby(true);
    try {
      const { device, name } = this.#options;
      await link.request('knock', { commandId: this.#owner.newId(), name, ...(device && { device }) });
      if (!(await decided)) throw new ConnectError('LOBBY_DENIED', 'A host did not let you in.');
    } finally {
      // When the knock itself fails, nobody waits for the decision.
      decided.catch(() => undefined);
      this.#owner.lobby(false);
    }
  }

  #goLive(link: Link, session: EntryAnswer, how: EntryKind): void {
    const old = this.#link;
    this.#link = link;
    this.#dialling = undefined;
    this.#mayHaveEntered = false;
    this.#resumeToken = session.resumeToken;
    this.#lastSession = Math.max(this.#lastSession, session.session);
    this.#wasIn = true;
    this.#held = false;
    this.#watch?.stop();
    if (old !== undefined && how !== 'moved') {
      // The old link was only suspected; the new one proves that the silence was the old link's own.
      old.close();
      this.#owner.lost('silent');
    }
    this.#nodes.arrived(link.url, session.nodes);
    this.#watch = new LivenessWatch({
      link,
      mediaBytes: () => this.#owner.mediaBytes(),
      suspected: () => this.#suspected(),
      cleared: () => this.#cleared(),
    });
    try {
      this.#owner.entered(session, link, how, how === 'moved' ? old : undefined);
    } catch (error) {
      this.#watch.stop();
      this.#link = undefined;
      throw new ConnectionLost('the session could not be taken over', { cause: error });
    }
  }

  #notified(link: Link, notification: Notification): void {
    if (link !== this.#link) return;
    if (notification.name === 'moveTo') {
      if (this.#moveTo(notification.body)) notification.acknowledge?.();
      return;
    }
    if (notification.name !== 'sessionEnded') {
      this.#owner.notified(notification);
      return;
    }
    const { reason } = notification.body;
    // This client itself replaced the session, on a new link.
    if (reason === 'replaced' && this.#entering) return;
    // The person is still here and did nothing: with a join token they simply come in again.
    if (reason === 'expired' && this.#joinTokens.mayJoin) {
      this.#resumeToken = undefined;
      this.renew('expired');
      return;
    }
    this.#end(reason);
  }

  /** Returns false if this client cannot go over now; it comes back in the usual way when this node is gone. */
  #moveTo({ nodes, withinMs }: NotificationBody<'moveTo'>): boolean {
    if (this.#resumeToken === undefined || this.#dialling !== undefined || this.#move !== undefined) return false;
    const move = new Move({
      dial: this.#dial,
      nodes,
      withinMs,
      from: this.#link?.url ?? '',
      token: this.#resumeToken,
      onWake: this.#onWake,
      enter: (link, signal) => {
        this.#entering = true;
        return this.#enter(link, 'moved', signal);
      },
      failed: (error) => {
        this.#mayHaveEntered ||= this.#entering && mayBeRecorded(error);
        this.#entering = this.#mayHaveEntered;
      },
    });
    this.#move = move;
    void move.run().then((moved) => {
      this.#move = undefined;
      if (this.#ended || this.#dialling !== undefined) return;
      if (moved) this.#entering = false;
      // The link may be of a session that is over: only a new one makes sure.
      else if (this.#mayHaveEntered) this.#redial();
    });
    return true;
  }

  #suspected(): void {
    if (this.#ended || this.#dialling !== undefined) return;
    this.#move?.cancel();
    this.#owner.suspected();
    this.#redial();
  }

  #cleared(): void {
    if (this.#entering) return;
    this.#dialling?.abort(new ConnectionLost('the old connection came back'));
    this.#dialling = undefined;
    this.#owner.cleared();
  }

  #dropped(link: Link, reason: string): void {
    if (link !== this.#link || this.#ended) return;
    this.#link = undefined;
    this.#watch?.stop();
    this.#move?.cancel();
    this.#polling = link.isPolling;
    this.#nodes.lost(link.url, reason);
    this.#owner.lost(reason);
    if (this.#dialling === undefined) this.#redial();
    else this.wake();
  }

  #redial(): void {
    const dialling = new AbortController();
    this.#dialling = dialling;
    this.#establish(performance.now(), dialling.signal).catch((error: unknown) => {
      if (dialling.signal.aborted || this.#ended) return;
      const cause = error instanceof Error ? error : new Error(String(error));
      this.#end(endOf(cause), cause);
    });
  }

  #end(reason: SessionEnd | 'refused', error?: Error): void {
    this.close();
    this.#owner.ended(reason, error);
  }
}
