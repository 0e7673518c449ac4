import type { Agent } from 'node:https';
import { SignJWT } from 'jose';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import type { Clock, Logger } from '../../core/ports.ts';
import {
  Adapt,
  AttachAnswer,
  type AttachRequest,
  type Detach,
  PULSE_MS,
  type Pulse,
  Release,
  SIDECAR_NAMESPACE,
  SIDECAR_TOKEN_AUDIENCE,
  type SidecarHello,
  type TrackStats,
} from '../../core/reencoding/messages.ts';
import type { Counters } from './TrackProcess.ts';

const TOKEN_TTL_SECONDS = 30;
const CONNECT_LIMIT_MS = 2_000;
const RECONNECT_FIRST_MS = 100;
const RECONNECT_LAST_MS = 500;
const ATTACH_LIMIT_MS = 6_000;
/** A track process that was silent for this long is left out of the pulse, so that the node stops relying on it. */
const SILENT_AFTER_MS = 2 * PULSE_MS;

/** A track that is attached through this channel. */
export interface ChannelTrack {
  readonly jobId: string;
  counters(): Counters | null;
  adapt(message: Adapt): void;
  release(message: Release): void;
  /** The channel closed, so the node has released the track. */
  channelClosed(): void;
}

export interface ChannelToNodeOptions {
  readonly nodeId: string;
  readonly nodeUrl: string;
  readonly sidecarId: string;
  readonly name: string;
  /** The secret that nodes and sidecars share. */
  readonly secret: string;
  /** Makes the connections of `https:` URLs; null for Node's own way. */
  readonly agent: Agent | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `gone` means that another node answers at that address. */
export type ChannelState = 'connecting' | 'open' | 'gone';

/** The channel to one node, for all of its tracks. Reconnects until it is closed. */
export class ChannelToNode {
  readonly #options: ChannelToNodeOptions;
  readonly #socket: Socket;
  readonly #tracks = new Map<string, ChannelTrack>();
  readonly #waiting = new Set<(state: ChannelState) => void>();
  readonly #pulseTimer: NodeJS.Timeout;
  #state: ChannelState = 'connecting';
  #cancelReconnect: (() => void) | null = null;
  #lastProblem = '';

  constructor(options: ChannelToNodeOptions) {
    this.#options = options;
    const secure = options.nodeUrl.startsWith('https:');
    this.#socket = io(options.nodeUrl + SIDECAR_NAMESPACE, {
      transports: ['websocket'],
      forceNew: true,
      timeout: CONNECT_LIMIT_MS,
      reconnectionDelay: RECONNECT_FIRST_MS,
      reconnectionDelayMax: RECONNECT_LAST_MS,
      // The package's types lack agents, which Node's HTTP takes.
      ...(secure && options.agent ? { agent: options.agent as unknown as string } : {}),
      auth: (answer) => void this.#hello().then(answer),
    });
    this.#socket.on('connect', () => {
      this.#lastProblem = '';
      this.#enter('open');
    });
    this.#socket.on('disconnect', (reason) => this.#disconnected(reason));
    this.#socket.on('connect_error', (error) => this.#refused(error));
    this.#socket.on('adapt', (raw: unknown) =>
      this.#hear(Adapt, raw, (message) => this.#track(message)?.adapt(message)),
    );
    this.#socket.on('release', (raw: unknown) =>
      this.#hear(Release, raw, (message) => this.#track(message)?.release(message)),
    );
    this.#pulseTimer = setInterval(() => this.#pulse(), PULSE_MS);
  }

  /** Says, for people, why the channel is not open. */
  get problem(): string {
    return this.#lastProblem;
  }

  /** Waits until the channel is open or the node is known to be gone, for `limitMs` at most. */
  opened(limitMs: number): Promise<ChannelState> {
    if (this.#state !== 'connecting') return Promise.resolve(this.#state);
    return new Promise((resolve) => {
      const finish = (state: ChannelState): void => {
        cancel();
        this.#waiting.delete(finish);
        resolve(state);
      };
      const cancel = this.#options.clock.setTimer(limitMs, () => finish(this.#state));
      this.#waiting.add(finish);
    });
  }

  /** Returns null if the node did not answer. */
  async attach(request: AttachRequest): Promise<AttachAnswer | null> {
    try {
      const answer: unknown = await this.#socket.timeout(ATTACH_LIMIT_MS).emitWithAck('attach', request);
      return AttachAnswer.parse(answer);
    } catch (error) {
      this.#options.logger.warn({ error: error instanceof Error ? error.message : String(error) }, 'attaching failed');
      return null;
    }
  }

  /** Adds the track to the pulse that tells the node which tracks flow. Sends the first pulse at once. */
  add(track: ChannelTrack): void {
    this.#tracks.set(track.jobId, track);
    this.#pulse();
  }

  remove(track: ChannelTrack): void {
    if (this.#tracks.get(track.jobId) === track) this.#tracks.delete(track.jobId);
  }

  detach(message: Detach): void {
    this.#send('detach', message);
  }

  stats(message: TrackStats): void {
    this.#send('stats', message);
  }

  close(): void {
    clearInterval(this.#pulseTimer);
    this.#cancelReconnect?.();
    this.#socket.disconnect();
  }

  async #hello(): Promise<SidecarHello> {
    const { nodeId, sidecarId, name, secret } = this.#options;
    const token = await new SignJWT({ node: nodeId })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience(SIDECAR_TOKEN_AUDIENCE)
      .setSubject(sidecarId)
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_TTL_SECONDS}s`)
      .sign(new TextEncoder().encode(secret));
    return { token, sidecarId, name };
  }

  #enter(state: ChannelState): void {
    this.#state = state;
    for (const finish of [...this.#waiting]) if (state !== 'connecting') finish(state);
  }

  #disconnected(reason: string): void {
    this.#lastProblem = reason;
    if (this.#state === 'open') this.#enter('connecting');
    for (const track of [...this.#tracks.values()]) track.channelClosed();
    // socket.io does not reconnect by itself after the server hung up.
    if (reason === 'io server disconnect') this.#reconnect();
  }

  #refused(error: Error): void {
    const refusal = Refusal.safeParse(error);
    const problem = refusal.success ? `${refusal.data.data.code}: ${refusal.data.data.message}` : error.message;
    if (problem !== this.#lastProblem) {
      const { nodeId, nodeUrl, logger } = this.#options;
      logger.warn({ toNode: nodeId, nodeUrl, problem }, 'a node cannot be reached');
    }
    this.#lastProblem = problem;
    if (!refusal.success) return; // The network: socket.io tries again.
    if (refusal.data.data.code === 'NODE_UNKNOWN') this.#enter('gone');
    else this.#reconnect();
  }

  #reconnect(): void {
    this.#cancelReconnect?.();
    this.#cancelReconnect = this.#options.clock.setTimer(RECONNECT_LAST_MS, () => this.#socket.connect());
  }

  #pulse(): void {
    const now = this.#options.clock.now();
    const tracks: Pulse['tracks'] = [];
    for (const track of this.#tracks.values()) {
      const counters = track.counters();
      if (counters && now - counters.atMs < SILENT_AFTER_MS) {
        const { framesIn, framesOut, highestLayer } = counters;
        tracks.push({ jobId: track.jobId, framesIn, framesOut: [...framesOut], highestLayer });
      }
    }
    if (tracks.length > 0) this.#send('pulse', { tracks } satisfies Pulse);
  }

  /** Without a connection the message is lost: a late one would be useless to the node. */
  #send(name: string, message: object): void {
    if (this.#socket.connected) this.#socket.emit(name, message);
  }

  #track({ jobId }: { jobId: string }): ChannelTrack | undefined {
    return this.#tracks.get(jobId);
  }

  #hear<T>(schema: z.ZodType<T>, raw: unknown, act: (message: T) => void): void {
    const parsed = schema.safeParse(raw);
    if (parsed.success) act(parsed.data);
    else this.#options.logger.warn({ problem: parsed.error.message }, 'a node sent an invalid message');
  }
}

/** A node's refusal of a connection, as socket.io delivers it. */
const Refusal = z.object({ data: z.object({ code: z.string(), message: z.string() }) });
