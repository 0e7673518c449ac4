import type { NodeChannel } from '../core/cluster/NodeChannel.ts';
import type { RoomFiles } from '../core/files/RoomFiles.ts';
import type { UploadsBegun } from '../core/files/UploadsBegun.ts';
import type { RoomHosts } from '../core/host/RoomHosts.ts';
import type { MediaPlane } from '../core/media/MediaPlane.ts';
import type { Clock, Logger, NodeRegistry, PasswordGuesses, RoomIndex, RoomsByOwner } from '../core/ports.ts';
import type { ReencodingPort } from '../core/reencoding/ports.ts';
import type { NodeId } from '../core/room/state.ts';
import type { DrainOutcome } from './connections/Drain.ts';
import type { FileRules } from './files/FileDesk.ts';
import type { HttpEngine, HttpReply } from './http/http.ts';
import type { Listening } from './http/sharedPort.ts';
import type { TlsFiles } from './http/tls/certificate.ts';
import type { Limits } from './limits/Limits.ts';
import type { registerNodeMetrics } from './nodeMetrics.ts';
import type { Nodes } from './nodes/createNodes.ts';
import type { RoomCreation } from './requests/context.ts';
import type { SignInSettings } from './signin/SignInDesk.ts';
import type { HotStandbyPolicy } from './standby/StandbyPlaces.ts';
import type { Takeover } from './standby/Takeover.ts';
import type { SocketAudiences } from './telling/SocketAudiences.ts';

/** A string that is revealed only on purpose. */
interface Revealable {
  reveal(): string;
}

export interface SignalingDeps {
  readonly nodeId: NodeId;
  readonly rooms: RoomHosts;
  /** The audiences that `rooms` notify. */
  readonly audiences: SocketAudiences;
  /** The HTTP engine: uWebSockets.js, `ws`, or the first of them that works here. */
  readonly engine: 'auto' | 'uws' | 'ws';
  /** Speaks TLS with these files, also after they change; null for plain HTTP. */
  readonly tls: (TlsFiles & { readonly lookEveryMs?: number }) | null;
  readonly auth: {
    readonly apiKey: string;
    readonly apiSecret: Revealable;
    /** Signs tokens. */
    readonly tokenSecret: Revealable;
    /** Verify tokens that were signed before `tokenSecret` took over. */
    readonly oldTokenSecrets?: readonly Revealable[];
    /** Whether people may create rooms without the API key: all of them, or those who have signed in. */
    readonly openRoomCreation: RoomCreation;
    /** Whether people get tokens for rooms that they know without the API key, if the room takes guests. */
    readonly guestAccess: boolean;
    /** Where people sign in; without it nobody can. */
    readonly signIn?: SignInSettings | null;
  };
  readonly hotStandby: HotStandbyPolicy;
  /** Whether this server serves; if not given, it does. */
  readonly takeover?: Takeover;
  /** Asks for a second place on this machine, once and again; without it there is none. */
  readonly wantSecondPlace?: () => void;
  /** Settings of rooms whose creator does not give them. */
  readonly graceMs: number;
  /** Where browsers reach this node, without a slash at the end. */
  readonly publicUrl: string;
  /** Origins whose pages may show the page in a frame; without it there are none. */
  readonly frameAncestors?: readonly string[];
  /** The built page. */
  readonly pageFolder: string;
  readonly media: Parameters<typeof registerNodeMetrics>[1] &
    Pick<MediaPlane, 'rtpCapabilities' | 'pageSize' | 'reencodingStats'>;
  readonly registry: Pick<NodeRegistry, 'nodes' | 'noteClients' | 'nodesWithClients'>;
  /** Files that people share; without it they cannot. */
  readonly files?: { readonly files: RoomFiles; readonly rules: FileRules; readonly uploadsBegun: UploadsBegun };
  /** The connections to other nodes, if there are any. */
  readonly channel?: Pick<NodeChannel, 'onChange'>;
  readonly roomIndex: Pick<RoomIndex, 'list'>;
  readonly guesses: PasswordGuesses;
  readonly roomsByOwner: RoomsByOwner;
  /** The parts that let sidecars work for this node; without them nothing is reencoded. */
  readonly sidecars?: {
    readonly reencoding: ReencodingPort;
    /** Signs the tokens of sidecars. */
    readonly secret: Revealable;
    /** The clock of this machine, by which sidecars sign; `clock` if not given. */
    readonly clock?: Clock;
  };
  /** The other nodes of the cluster, which this server lets in; without them it lets none in. */
  readonly nodes?: Pick<Nodes, 'accept'>;
  /** Gives the time that all nodes share. */
  readonly clock: Clock;
  /** By how many ms the clock of this machine is ahead of that time. */
  readonly clockErrorMs?: () => number;
  readonly logger: Logger;
  /** A port of its own for /metrics, where they need no key; without it they are on the port of the API. */
  readonly metrics?: { readonly host: string; readonly port: number };
  /** How late this process comes to its work (ms), if somebody else measures it. */
  readonly lagMs?: () => number;
  /** Whether this node is cut off from Redis, and other nodes are not: nobody gets in. */
  readonly isCutOff?: () => boolean;
  /** What /readyz checks besides signaling itself, such as the journal. */
  readonly readiness?: Readonly<Record<string, () => boolean>>;
  /** Proxies whose X-Forwarded-For is believed, as `ClientAddresses` takes them. */
  readonly trustedProxies: readonly string[];
  readonly limits?: Partial<Limits>;
  readonly version?: string;
}

export interface Signaling {
  readonly engine: HttpEngine['name'];
  /**
   * May be called again after a failure. The port is not shared with another server by default.
   * @throws PortTaken when another program has the port (`code` EADDRINUSE)
   */
  listen(host: string, port: number, listening?: Listening): Promise<{ readonly url: string }>;
  /**
   * Lets clients stand by at the first of these ports that is free, and returns it.
   * @throws PortTaken when other programs have them all
   */
  listenForStandby(host: string, ports: readonly number[]): Promise<number>;
  /** Takes no new connections, so that all go to the server that shares the port; those that are open go on. */
  stopListening(): Promise<void>;
  /**
   * Sends new connections to other nodes from now on, and everybody here: `Drain`. Resolves when nobody is left who can
   * move, or after `limitMs`.
   */
  drain(limitMs: number): Promise<DrainOutcome>;
  /** Whether this node takes no newcomers now. */
  readonly isFull: boolean;
  /** What /readyz checks, and how it stands. */
  checks(): Readonly<Record<string, boolean>>;
  /** Answers a request of the REST API as if it came with the API key, for whoever may open this node's socket. */
  answerOperator(method: string, path: string, body: unknown): Promise<HttpReply>;
  /**
   * Closes every connection. The record keeps their people connected here: they come back, or whoever finds this node
   * gone records it; their time to come back begins then.
   */
  close(): Promise<void>;
}
