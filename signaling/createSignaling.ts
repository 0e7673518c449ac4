import { randomUUID } from 'node:crypto';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { NodeChannel } from '../core/cluster/NodeChannel.ts';
import type { RoomHosts } from '../core/host/RoomHosts.ts';
import type { MediaPlane } from '../core/media/MediaPlane.ts';
import type { Clock, Logger, NodeRegistry, PasswordGuesses, RoomIndex, RoomsByOwner } from '../core/ports.ts';
import type { ReencodingPort } from '../core/reencoding/ports.ts';
import type { NodeId } from '../core/room/state.ts';
import { Origins } from './auth/Origins.ts';
import { Passwords } from './auth/passwords.ts';
import { Tokens } from './auth/tokens.ts';
import { BacklogGuard } from './connections/backlog.ts';
import { Drain, type DrainOutcome } from './connections/Drain.ts';
import { engineConnectionOf } from './connections/engineConnection.ts';
import { Gate } from './connections/Gate.ts';
import { NodeDirectory } from './connections/NodeDirectory.ts';
import { PresenceAuditor } from './connections/PresenceAuditor.ts';
import { RoomClients } from './connections/RoomClients.ts';
import { createHttpHandler } from './createHttpHandler.ts';
import { ClientAddresses } from './http/clientAddress.ts';
import { createEngine, listenOnOneOf } from './http/engines.ts';
import type { HttpEngine, HttpReply, HttpRequest } from './http/http.ts';
import { createMetricsServer } from './http/metricsServer.ts';
import { StaticFiles } from './http/StaticFiles.ts';
import { ALONE, type Listening } from './http/sharedPort.ts';
import { CertificateWatch } from './http/tls/CertificateWatch.ts';
import { readCertificate, type TlsFiles } from './http/tls/certificate.ts';
import { IceServers, type SharedSecretTurn } from './IceServers.ts';
import { AddressLimits } from './limits/AddressLimits.ts';
import { EntryPace } from './limits/EntryPace.ts';
import { keptFor } from './limits/keptFor.ts';
import { DEFAULT_LIMITS, type Limits } from './limits/Limits.ts';
import { LoopLag } from './limits/LoopLag.ts';
import { RefusalLog } from './limits/RefusalLog.ts';
import { WriteBudgets } from './limits/WriteBudgets.ts';
import { registerNodeMetrics } from './nodeMetrics.ts';
import type { Nodes } from './nodes/createNodes.ts';
import type { EntryAnswer } from './protocol/requests.ts';
import { registerReencodingMetrics } from './reencoding/reencodingMetrics.ts';
import { openSidecarChannel } from './reencoding/sidecars/openSidecarChannel.ts';
import type { SignalingContext } from './requests/context.ts';
import { Dispatcher } from './requests/Dispatcher.ts';
import { AbsentRooms } from './rest/AbsentRooms.ts';
import { Api } from './rest/Api.ts';
import type { RestContext } from './rest/Route.ts';
import { SignalingMetrics } from './SignalingMetrics.ts';
import { SocketServer } from './SocketServer.ts';
import { type HotStandbyPolicy, StandbyPlaces } from './standby/StandbyPlaces.ts';
import { Takeover } from './standby/Takeover.ts';
import type { SocketAudiences } from './telling/SocketAudiences.ts';

const METRICS_KEPT_MS = 1_000;

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
    /** Whether people may create rooms without the API key. */
    readonly openRoomCreation: boolean;
    /** Whether people get tokens for rooms that they know without the API key, if the room takes guests. */
    readonly guestAccess: boolean;
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
  /** The built page. */
  readonly pageFolder: string;
  readonly media: Parameters<typeof registerNodeMetrics>[1] & Pick<MediaPlane, 'rtpCapabilities' | 'reencodingStats'>;
  readonly registry: Pick<NodeRegistry, 'nodes' | 'noteClients' | 'nodesWithClients'>;
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
  readonly iceServers: EntryAnswer['iceServers'];
  /** TURN servers for which clients get short-lived credentials; null for none. */
  readonly turn: SharedSecretTurn | null;
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

const LOOK_FOR_CERTIFICATE_EVERY_MS = 10_000;

/**
 * Everything between a client and the rooms of this node: HTTP, sockets, tokens, limits, requests, notifications.
 * @throws CertificateUnusable when the files of TLS cannot be used
 */
export async function createSignaling(deps: SignalingDeps): Promise<Signaling> {
  const { auth, clock, logger, nodeId, publicUrl, rooms } = deps;
  const { attendance, departures, otherNodes, reencoding } = deps.audiences;
  const limits: Limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const now = () => clock.now();
  let listening = false;
  let stopMeasuring: (() => void) | null = null;
  let standbyPort: number | null = null;
  const takeover = deps.takeover ?? new Takeover(null);

  const presenceAuditor = new PresenceAuditor({ nodeId, rooms, attendance, clock, logger, newId: randomUUID });
  const oldSecrets = (auth.oldTokenSecrets ?? []).map((secret) => secret.reveal());
  const tokens = new Tokens(auth.tokenSecret.reveal(), now, oldSecrets);
  // While an old secret is kept, bans keep what they know of devices and addresses.
  const origins = new Origins(oldSecrets.at(-1) ?? auth.tokenSecret.reveal());
  const addresses = new ClientAddresses(deps.trustedProxies);
  const lag = new LoopLag();
  const lagMs = deps.lagMs ?? (() => lag.ms);
  const isBusy = () => lagMs() > limits.lagMs;
  const isFull = () => isBusy() || deps.media.load().consumers >= limits.consumers;
  const clients = new RoomClients({ registry: deps.registry, clock });
  const own = () => {
    const { consumers, capacity } = deps.media.load();
    return { load: consumers, capacity, full: isFull() };
  };
  const { channel, registry: nodeRegistry } = deps;
  const nodes = new NodeDirectory({ nodeId, publicUrl, registry: nodeRegistry, clients, own, channel, clock, logger });
  const gate = new Gate({
    ...{ tokens, addresses, limits, publicUrl, nodes, rooms, isBusy, isFull, now },
    ...{ takeover, standbyPort: () => standbyPort },
    isCutOff: deps.isCutOff ?? (() => false),
    onUntrustedProxy: (peer) =>
      logger.warn(
        { peer },
        'X-Forwarded-For comes from an address that is not in TRUSTED_PROXIES: if a proxy of yours is there, everybody ' +
          'behind it shares one rate limit',
      ),
  });
  const wantPlace = deps.wantSecondPlace ?? (() => undefined);
  const standbyPlaces = new StandbyPlaces({ rooms, attendance, nodes, policy: deps.hotStandby, wantPlace, clock });
  const parts = [nodes, reencoding, standbyPlaces, presenceAuditor];
  const begin = (): void => {
    if (stopMeasuring) return;
    stopMeasuring = lag.start();
    for (const part of parts) part.start();
  };
  const roomsCreated = new AddressLimits(limits.roomsCreated, now);
  const tokensTaken = new AddressLimits(limits.tokens, now);
  const filesRead = new AddressLimits(limits.files, now);
  const refusals = new RefusalLog(logger, now);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metricsText = keptFor(
    METRICS_KEPT_MS,
    () => performance.now(),
    () => registry.metrics(),
  );
  const metricsServer = deps.metrics ? createMetricsServer(metricsText) : null;

  const context: SignalingContext = {
    nodeId,
    rooms,
    media: deps.media,
    attendance,
    departures,
    presenceAuditor,
    tokens,
    passwords: new Passwords(),
    wrongPasswords: new AddressLimits(limits.wrongPasswords, now),
    origins,
    knocks: new AddressLimits(limits.knocks, now),
    wrongPasswordsOfNet: new AddressLimits(limits.wrongPasswordsOfNet, now),
    passwordChanges: new AddressLimits(limits.passwordChanges, now),
    guesses: deps.guesses,
    roomSignals: new AddressLimits(limits.signalsOfRoom, now),
    budgets: new WriteBudgets(limits, now),
    entries: new EntryPace({ atOnce: limits.entriesAtOnce, isBusy, elapsed: () => performance.now() }),
    openRoomCreation: auth.openRoomCreation,
    guestAccess: auth.guestAccess,
    nodes,
    reencoding,
    otherNodes,
    standbyPlaces,
    takeover,
    iceServers: new IceServers(deps.iceServers, deps.turn, clock),
    limits,
    clock,
    logger,
    newId: randomUUID,
  };
  const restContext: RestContext = {
    ...context,
    version: deps.version ?? '0.0.0',
    graceMs: deps.graceMs,
    listRooms: (limit) => deps.roomIndex.list(limit),
    checks: () => ({
      listening,
      serving: !gate.isDraining,
      keepingUp: !isBusy(),
      ...Object.fromEntries(Object.entries(deps.readiness ?? {}).map(([name, check]) => [name, check()])),
    }),
    metricsText,
    isBusy,
    takeRoomCreation: (address) => roomsCreated.take(address),
    roomsByOwner: deps.roomsByOwner,
    takeToken: (address) => tokensTaken.take(address),
    missedRooms: new AddressLimits(limits.missedRooms, now),
    absentRooms: new AbsentRooms(now),
  };

  const clientAddress = ({ headers, peerAddress }: HttpRequest) =>
    gate.addressOf(peerAddress, headers.get('x-forwarded-for'));
  const api = new Api({
    context: restContext,
    apiKey: auth.apiKey,
    apiSecret: auth.apiSecret.reveal(),
    publicUrl,
    rest: new AddressLimits(limits.rest, now),
    wrongKeys: new AddressLimits(limits.wrongKeys, now),
    clientAddress,
  });
  const certificate = deps.tls && readCertificate(deps.tls);
  const engine = createEngine(
    deps,
    createHttpHandler({
      ...{ api, publicUrl, logger },
      files: new StaticFiles(deps.pageFolder),
      mayRead: (request) => filesRead.take(clientAddress(request)),
    }),
    limits,
    certificate,
  );
  const metrics = new SignalingMetrics(
    registry,
    attendance,
    () => gate.connections,
    () => rooms.size,
    deps.clockErrorMs,
  );
  registerNodeMetrics(registry, deps.media, restContext.checks);
  registerReencodingMetrics(
    registry,
    () => deps.media.reencodingStats(),
    () => reencoding.sidecars,
  );
  const dispatcher = new Dispatcher(context, metrics);
  const drain = new Drain({ nodes, rooms, attendance, departures, clock, logger });
  const sockets = new SocketServer({
    rooms,
    attendance,
    drain,
    presenceAuditor,
    gate,
    clients,
    limits,
    dispatcher,
    metrics,
    clock,
    logger,
    refusals,
  });
  engine.attach(sockets.io);
  sockets.guard();
  const sidecarChannel = deps.sidecars
    ? openSidecarChannel(sockets.io, {
        nodeId,
        reencoding: deps.sidecars.reencoding,
        secret: deps.sidecars.secret.reveal(),
        registry,
        clock: deps.sidecars.clock ?? clock,
        logger,
        refusals,
        refusedFrom: new AddressLimits(limits.sidecarRefusals, now),
        addressOf: (socket) => gate.addressOfConnection(engineConnectionOf(socket)),
        admitted: (socket) => sockets.trust(socket),
      })
    : null;
  deps.nodes?.accept(sockets.io, {
    registry,
    refusals,
    hellos: new AddressLimits(limits.nodeHellos, now),
    addressOf: (socket) => gate.addressOfConnection(engineConnectionOf(socket)),
    admitted: (socket) => sockets.trust(socket),
  });
  const backlogGuard = new BacklogGuard(limits, (bytes) => {
    metrics.connectionCutOff('backlog');
    refusals.warn({ bytes }, 'a client does not read what it is sent: cut off');
  });
  const stopGuard = backlogGuard.start(() => {
    const all = [...sockets.io.sockets.sockets.values(), ...(sidecarChannel?.sockets.values() ?? [])];
    // Clients and sidecars may share a connection.
    return new Set(all.map(engineConnectionOf));
  });

  const certificateWatch =
    deps.tls && certificate
      ? new CertificateWatch({
          files: deps.tls,
          current: certificate,
          everyMs: deps.tls.lookEveryMs ?? LOOK_FOR_CERTIFICATE_EVERY_MS,
          use: (changed) => engine.useCertificate(changed),
          clock,
          logger,
        })
      : null;

  return {
    get isFull() {
      return isFull();
    },
    ...{ engine: engine.name, checks: restContext.checks, answerOperator: api.answerOperator.bind(api) },
    async listen(host, port, how = ALONE) {
      const boundPort = await engine.listen(host, port, how);
      if (deps.metrics) await metricsServer?.listen(deps.metrics.host, deps.metrics.port, how);
      begin();
      listening = true;
      const scheme = certificate ? 'https' : 'http';
      const own = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${boundPort}`;
      return { url: port === boundPort ? publicUrl : own };
    },
    async listenForStandby(host, ports) {
      standbyPort = await listenOnOneOf(engine, host, ports);
      begin();
      return standbyPort;
    },
    async stopListening() {
      metricsServer?.stopListening();
      await engine.stopListening();
    },
    drain(limitMs) {
      gate.drain();
      nodes.drain();
      return drain.run(limitMs);
    },
    async close() {
      gate.drain();
      listening = false;
      stopGuard();
      stopMeasuring?.();
      metricsServer?.close();
      certificateWatch?.stop();
      for (const part of parts) part.stop();
      await engine.close();
      clients.stop();
    },
  };
}
