import { randomUUID } from 'node:crypto';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Origins } from './auth/Origins.ts';
import { Passwords } from './auth/passwords.ts';
import { Tokens } from './auth/tokens.ts';
import { BacklogGuard } from './connections/backlog.ts';
import { Drain } from './connections/Drain.ts';
import { engineConnectionOf } from './connections/engineConnection.ts';
import { Gate } from './connections/Gate.ts';
import { NodeDirectory } from './connections/NodeDirectory.ts';
import { PresenceAuditor } from './connections/PresenceAuditor.ts';
import { RoomClients } from './connections/RoomClients.ts';
import { createHttpHandler } from './createHttpHandler.ts';
import { FileDesk } from './files/FileDesk.ts';
import { registerFileMetrics } from './files/registerFileMetrics.ts';
import { Traffic } from './files/Traffic.ts';
import { ClientAddresses } from './http/clientAddress.ts';
import { createEngine, listenOnOneOf } from './http/engines.ts';
import type { HttpRequest } from './http/http.ts';
import { createMetricsServer } from './http/metricsServer.ts';
import { StaticFiles } from './http/StaticFiles.ts';
import { ALONE } from './http/sharedPort.ts';
import { CertificateWatch } from './http/tls/CertificateWatch.ts';
import { readCertificate } from './http/tls/certificate.ts';
import { AddressLimits } from './limits/AddressLimits.ts';
import { EntryPace } from './limits/EntryPace.ts';
import { keptFor } from './limits/keptFor.ts';
import { DEFAULT_LIMITS, type Limits } from './limits/Limits.ts';
import { LoopLag } from './limits/LoopLag.ts';
import { RefusalLog } from './limits/RefusalLog.ts';
import { WriteBudgets } from './limits/WriteBudgets.ts';
import { registerNodeMetrics } from './nodeMetrics.ts';
import { NotesKeeper } from './notes/NotesKeeper.ts';
import { registerReencodingMetrics } from './reencoding/reencodingMetrics.ts';
import { openSidecarChannel } from './reencoding/sidecars/openSidecarChannel.ts';
import type { SignalingContext } from './requests/context.ts';
import { Dispatcher } from './requests/Dispatcher.ts';
import { AbsentRooms } from './rest/AbsentRooms.ts';
import { Api } from './rest/Api.ts';
import type { RestContext } from './rest/Route.ts';
import { TestRooms } from './rest/TestRooms.ts';
import type { Signaling, SignalingDeps } from './Signaling.ts';
import { SignalingMetrics } from './SignalingMetrics.ts';
import { SocketServer } from './SocketServer.ts';
import { countSignIns } from './signin/countSignIns.ts';
import { SignInDesk } from './signin/SignInDesk.ts';
import { SignInStates } from './signin/SignInStates.ts';
import { StandbyPlaces } from './standby/StandbyPlaces.ts';
import { Takeover } from './standby/Takeover.ts';

const METRICS_KEPT_MS = 1_000;

const LOOK_FOR_CERTIFICATE_EVERY_MS = 10_000;

/**
 * Everything between a client and the rooms of this node: HTTP, sockets, tokens, limits, requests, notifications.
 * @throws CertificateUnusable when the files of TLS cannot be used
 */
export async function createSignaling(deps: SignalingDeps): Promise<Signaling> {
  const { auth, clock, logger, nodeId, publicUrl, rooms, frameAncestors = [] } = deps;
  const { connectedPeople, departures, otherNodes, reencoding } = deps.audiences;
  const limits: Limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const now = () => clock.now();
  let listening = false;
  let stopMeasuring: (() => void) | null = null;
  let standbyPort: number | null = null;
  const takeover = deps.takeover ?? new Takeover(null);

  const presenceAuditor = new PresenceAuditor({ nodeId, rooms, connectedPeople, clock, logger, newId: randomUUID });
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
  const standbyPlaces = new StandbyPlaces({ rooms, connectedPeople, nodes, policy: deps.hotStandby, wantPlace, clock });
  const parts = [nodes, reencoding, standbyPlaces, presenceAuditor];
  const begin = (): void => {
    if (stopMeasuring) return;
    stopMeasuring = lag.start();
    signIn?.start();
    for (const part of parts) part.start();
  };
  const roomsCreated = new AddressLimits(limits.roomsCreated, now);
  const connectionTests = new AddressLimits(limits.connectionTests, now);
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

  const clientAddress = ({ headers, peerAddress }: HttpRequest) =>
    gate.addressOf(peerAddress, headers.get('x-forwarded-for'));
  const desk = deps.files
    ? new FileDesk({
        ...deps.files,
        ...{ rooms, tokens, clientAddress, clock, logger },
        requests: new AddressLimits(limits.fileRequests, now),
        begun: new AddressLimits(limits.filesBegun, now),
        traffic: new Traffic(limits, now),
      })
    : null;
  const count = countSignIns(registry);
  const signIn = auth.signIn
    ? new SignInDesk({
        settings: auth.signIn,
        ...{ tokens, clientAddress, publicUrl, logger, count },
        states: new SignInStates([auth.tokenSecret.reveal(), ...oldSecrets], now),
        requests: new AddressLimits(limits.signIns, now),
      })
    : null;

  const notes = new NotesKeeper({ nodeId, clock, newId: randomUUID, logger });
  const context: SignalingContext = {
    files: desk,
    notes,
    nodeId,
    rooms,
    media: deps.media,
    connectedPeople,
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
    iceServers: deps.audiences.iceServers,
    limits,
    clock,
    logger,
    newId: randomUUID,
  };
  const testRooms = new TestRooms(context);
  const restContext: RestContext = {
    ...context,
    version: deps.version ?? '0.0.0',
    frameAncestors,
    canSignIn: signIn !== null,
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
    takeConnectionTest: (address) => connectionTests.take(address),
    testRooms,
    roomsByOwner: deps.roomsByOwner,
    takeToken: (address) => tokensTaken.take(address),
    missedRooms: new AddressLimits(limits.missedRooms, now),
    absentRooms: new AbsentRooms(now),
  };

  const api = new Api({
    context: restContext,
    apiKey: auth.apiKey,
    apiSecret: auth.apiSecret.reveal(),
    publicUrl,
    rest: new AddressLimits(limits.rest, now),
    wrongKeys: new AddressLimits(limits.wrongKeys, now),
    clientAddress,
    personOf: async (request) => (await signIn?.personOf(request)) ?? null,
  });
  const certificate = deps.tls && readCertificate(deps.tls);
  const engine = createEngine(
    deps,
    createHttpHandler({
      ...{ api, desk, signIn, publicUrl, frameAncestors, logger },
      files: new StaticFiles(deps.pageFolder),
      mayRead: (request) => filesRead.take(clientAddress(request)),
    }),
    limits,
    certificate,
  );
  const metrics = new SignalingMetrics(
    registry,
    connectedPeople,
    () => gate.connections,
    () => rooms.size,
    deps.clockErrorMs,
  );
  registerNodeMetrics(registry, deps.media, restContext.checks);
  registerFileMetrics(registry, deps.files?.files.store);
  registerReencodingMetrics(
    registry,
    () => deps.media.reencodingStats(),
    () => reencoding.sidecars,
  );
  const dispatcher = new Dispatcher(context, metrics);
  const drain = new Drain({ nodes, rooms, connectedPeople, departures, clock, logger });
  const sockets = new SocketServer({
    rooms,
    connectedPeople,
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
      testRooms.stop();
      await notes.close();
    },
  };
}
