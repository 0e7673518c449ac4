import { createHmac, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Fence } from '../../core/cluster/Fence.ts';
import { FENCE_MARGIN_MS } from '../../core/cluster/judgeNode.ts';
import { PeerLinks } from '../../core/cluster/PeerLinks.ts';
import { standbyName } from '../../core/cluster/standbyName.ts';
import { nodesWithOtherFiles, RoomFiles } from '../../core/files/RoomFiles.ts';
import { openAhead } from '../../core/host/openAhead.ts';
import { Replica } from '../../core/host/Replica.ts';
import { RoomHosts } from '../../core/host/RoomHosts.ts';
import { createMediaPlane } from '../../core/media/createMediaPlane.ts';
import type { Clock, NodeInfo } from '../../core/ports.ts';
import type { ReencodingQueue } from '../../core/reencoding/ports.ts';
import PACKAGE from '../../package.json' with { type: 'json' };
import { createRecovery } from '../../recovery/createRecovery.ts';
import { JOURNAL_FORMAT } from '../../recovery/journal/upcast.ts';
import { ReadAhead } from '../../recovery/ReadAhead.ts';
import { createSignaling } from '../../signaling/createSignaling.ts';
import { IceServers } from '../../signaling/IceServers.ts';
import { createNodes } from '../../signaling/nodes/createNodes.ts';
import { CHANNEL_VERSION } from '../../signaling/nodes/wire.ts';
import { SPOKEN_PROTOCOLS } from '../../signaling/protocol/version.ts';
import { Takeover } from '../../signaling/standby/Takeover.ts';
import { SocketAudiences } from '../../signaling/telling/SocketAudiences.ts';
import { CpuLoad } from './CpuLoad.ts';
import { forgetSettings } from './childEnvironment.ts';
import { type Config, loadConfig } from './config.ts';
import { openFiles } from './openFiles.ts';
import { answerOperator } from './operator/answerOperator.ts';
import { openOperatorSocket } from './operator/openOperatorSocket.ts';
import { privateSocket } from './privateSocket.ts';
import { rehearse } from './rehearsal.ts';
import type { Secret } from './Secret.ts';
import { ConfigError } from './settings/settings.ts';
import { standbyAddresses } from './standbyAddresses.ts';
import { runSupervised, type SupervisedServer, type Supervisor } from './supervision/supervised.ts';

/** How long a command waits for the journal before it is refused by name. */
const COMMAND_TIMEOUT_MS = 10_000;
/** How long a room that nobody uses here stays in memory. */
const ROOM_IDLE_MS = 60_000;

const clock: Clock = {
  now: () => Date.now(),
  setTimer: (afterMs, run) => {
    const timer = setTimeout(run, afterMs);
    return () => clearTimeout(timer);
  },
};

await runSupervised(createServer);

/** The composition root: the only place where journal, media and signaling meet. */
async function createServer(supervisor: Supervisor): Promise<SupervisedServer> {
  const config = loadConfig();
  forgetSettings();
  const startedAt = clock.now();
  // A node is one start of one process; only its name outlives restarts.
  const nodeId = `${config.node.name}-${randomUUID()}`;
  const logger = pino({ level: config.log.level, base: { nodeId } });

  const { plainPorts, sidecarSecret, sidecarUrl, tracksPerRoom } = config.reencoding;
  const links = new PeerLinks();
  const openingRecovery = createRecovery({
    redis: { url: redisUrl(config) },
    durability: config.redis.durability,
    nodeId,
    clock,
    logger,
    judging: {
      patienceMs: config.fenceAfterMs + FENCE_MARGIN_MS,
      linkTo: (other, silentMs) => links.to(other, silentMs),
    },
    tokenSecretFingerprint: fingerprintOf(config.auth.tokenSecret),
    oldTokenSecretFingerprints: config.auth.oldTokenSecrets.map(fingerprintOf),
  });
  // Redis and the media workers start side by side: no room opens before both are there.
  const queue: ReencodingQueue = {
    add: async (job) => (await openingRecovery).reencodingQueue.add(job),
    remove: async (jobId) => (await openingRecovery).reencodingQueue.remove(jobId),
  };
  const [recovery, media] = await Promise.all([
    openingRecovery,
    createMediaPlane({
      ...config.media,
      nodeId,
      reencoding: { queue, nodeUrl: sidecarUrl, mostTracks: tracksPerRoom },
      plainPorts,
      logger,
      clock,
    }),
  ]);
  const nodes = createNodes({
    nodeId,
    secrets: [config.auth.tokenSecret, ...config.auth.oldTokenSecrets],
    registry: recovery.registry,
    clock,
    logger,
  });
  media.joinNodes(nodes.channel);
  links.watch(nodes.channel);
  const serviceClock: Clock = { now: () => recovery.time.now(), setTimer: clock.setTimer };
  const audiences = new SocketAudiences({
    nodeId,
    channel: nodes.channel,
    stateOf: (roomId) => hosts.get(roomId)?.state,
    sidecars: recovery.sidecars,
    iceServers: new IceServers(config.signaling.iceServers.reveal(), config.signaling.turn, clock),
    clock,
    logger,
  });
  const files = config.files && {
    files: new RoomFiles({
      store: await openFiles(config.files, logger),
      clock: serviceClock,
      logger,
    }),
    rules: config.files,
    uploadsBegun: recovery.uploadsBegun,
  };
  const predecessorsRooms = () => recovery.roomsOfPredecessor({ ...self(), name: config.node.name });
  const readAhead = new ReadAhead({ journal: recovery.journal, rooms: predecessorsRooms, clock, logger });
  const orphaned = files && recovery.orphanedFiles(files.files.store, config.room.retentionMs);
  const hosts: RoomHosts = new RoomHosts({
    nodeId,
    journal: recovery.journal,
    registry: recovery.registry,
    roomIndex: recovery.roomIndex,
    deadlineSweeper: recovery.deadlineSweeper,
    media,
    audiences,
    ...(files && { files: files.files }),
    clock: serviceClock,
    logger,
    newId: randomUUID,
    restore: async (roomId) => {
      const { state, position, recent } = await readAhead.restore(roomId);
      return new Replica(state, position, recent);
    },
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    lifetimes: config.room,
    roomBytes: config.room.memoryMb * 2 ** 20,
    idleMs: ROOM_IDLE_MS,
  });
  const fence = new Fence({
    nodeId,
    channel: nodes.channel,
    registry: recovery.registry,
    contact: () => recovery.contact(),
    fenceAfterMs: config.fenceAfterMs,
    sendAway: (others) => {
      const shared = others && new Set(hosts.sharedWith(others));
      audiences.connectedPeople.cutOff((roomId) => shared?.has(roomId) ?? true);
    },
    clock,
    logger,
  });
  const takeover = new Takeover({ channel: nodes.channel, clock });
  const signaling = await createSignaling({
    engine: config.signaling.engine,
    tls: config.http.tls,
    trustedProxies: config.signaling.trustedProxies,
    auth: config.auth,
    limits: {
      ...config.admission,
      addressShare: config.room.peoplePerAddress,
      roomsOfAddress: config.room.roomsPerAddress,
    },
    graceMs: config.room.graceMs,
    hotStandby: config.room.hotStandby,
    takeover,
    wantSecondPlace: () => supervisor.wantSecondPlace(),
    publicUrl: config.http.publicUrl,
    frameAncestors: config.http.frameAncestors,
    pageFolder: fileURLToPath(new URL('../../dist/web', import.meta.url)),
    nodeId,
    ...(files && { files }),
    rooms: hosts,
    audiences,
    media,
    registry: recovery.registry,
    channel: nodes.channel,
    guesses: recovery.guesses,
    roomsByOwner: recovery.roomsByOwner,
    roomIndex: recovery.roomIndex,
    ...(media.reencoding ? { sidecars: { reencoding: media.reencoding, secret: sidecarSecret, clock } } : {}),
    nodes,
    clock: serviceClock,
    clockErrorMs: () => recovery.time.clockErrorMs,
    logger,
    version: PACKAGE.version,
    ...(config.http.metrics && { metrics: config.http.metrics }),
    isCutOff: () => fence.isCutOff,
    readiness: {
      journal: () => recovery.journal.available,
      clock: () => recovery.time.clockIsRight,
      cluster: () => nodes.problem === null,
    },
  });

  let draining = false;
  let standing: ReturnType<typeof standbyAddresses> = null;
  const cpu = new CpuLoad();
  const self = (): NodeInfo => {
    const { consumers, capacity } = media.load();
    const rooms = hosts.list();
    return {
      nodeId,
      name: config.node.name,
      url: config.http.publicUrl,
      startedAt,
      draining,
      filesAt: files?.files.store.id ?? null,
      standsBy: false,
      load: consumers,
      capacity,
      rooms: rooms.length,
      participants: rooms.reduce((sum, room) => sum + room.sessions, 0),
      journalFormat: JOURNAL_FORMAT,
      full: signaling.isFull,
      ...config.cluster,
      cpu: cpu.share,
      protocols: SPOKEN_PROTOCOLS,
      channelVersion: CHANNEL_VERSION,
      // Nodes of older versions send nobody to one that drains.
      ...(!takeover.serves && { name: standbyName(config.node.name), standsBy: true, draining: true, ...standing }),
    };
  };
  const warnOfOtherFiles = async (): Promise<void> => {
    const others = nodesWithOtherFiles(self(), await recovery.registry.nodes().catch(() => []));
    if (!files || others.length === 0) return;
    logger.warn(
      { others },
      'these nodes keep shared files elsewhere: set FILES_FOLDER, or FILES_S3_BUCKET, to one that all nodes share',
    );
  };
  let joining: Promise<void> | null = null;
  const joinCluster = (sharesAddress: boolean): Promise<void> => {
    joining ??= recovery.registry.start(self).then(() => {
      nodes.start(self(), { sharesAddress });
      fence.start();
      hosts.start();
      orphaned?.start();
      return warnOfOtherFiles();
    });
    return joining;
  };

  let closeOperatorSocket = (): void => undefined;
  const operator = answerOperator({
    self,
    version: PACKAGE.version,
    rooms: hosts,
    media,
    signaling,
    clockErrorMs: () => recovery.time.clockErrorMs,
    logger,
  });
  const noOperator = (error: unknown): void =>
    logger.warn({ err: error }, '`everroom stats` and `everroom console` do not work here');

  return {
    async standBy() {
      try {
        if (!standbyAddresses(config, 0)) throw new Error('PORT has no TLS and NODE_URL has: set STANDBY_URLS');
        const port = await signaling.listenForStandby(config.http.host, config.http.standbyPorts);
        standing = standbyAddresses(config, config.http.standbyPorts.indexOf(port));
        await media.listen({ besideAnother: true });
        await joinCluster(true);
        logger.info({ ...standing }, 'clients can stand by here');
      } catch (error) {
        logger.warn({ err: error }, 'clients cannot stand by on this machine');
      }
    },
    async activate(besideAnother) {
      takeover.serve();
      cpu.start();
      const listening = signaling.listen(config.http.host, config.http.port, { besideAnother });
      // People dial meanwhile, and find their room open.
      readAhead.stop();
      void openAhead(readAhead.rooms, hosts, logger)
        .then(predecessorsRooms)
        .then((rooms) => openAhead(rooms, hosts, logger))
        .catch((error: unknown) => logger.debug({ err: error }, 'no room is opened ahead of its people'))
        .finally(() => readAhead.forget());
      const [{ url }] = await Promise.all([
        listening,
        media.listen({ besideAnother }),
        joinCluster(besideAnother).then(() => recovery.confirmTokenSecret()),
      ]);
      try {
        closeOperatorSocket = openOperatorSocket(
          privateSocket(config.node.dataFolder, 'operator'),
          operator,
          noOperator,
        );
      } catch (error) {
        noOperator(error);
      }
      logger.info({ url, ms: clock.now() - startedAt }, 'serving');
      return { url };
    },
    drainMs: config.supervisor.drainMs,
    async isRelieved() {
      const others = await recovery.registry.nodes().catch(() => []);
      // A process that had this one's name is gone.
      return others.some((node) => node.name !== config.node.name && !node.standsBy);
    },
    async rehearse() {
      try {
        await rehearse({ iceTcp: config.media.iceTcp, clock, logger });
      } catch (error) {
        logger.warn({ err: error }, 'the rehearsal of this server failed: its first moments may take longer');
      }
      void readAhead.start();
    },
    async drain(limitMs, successor) {
      draining = true;
      if (successor) await signaling.stopListening();
      return signaling.drain(limitMs);
    },
    async close() {
      closeOperatorSocket();
      readAhead.stop();
      fence.stop();
      await signaling.close();
      await hosts.close();
      await orphaned?.stop();
      await recovery.registry.stop();
      nodes.close();
      await media.close();
      await recovery.close();
    },
  };
}

function redisUrl({ redis }: Config): string {
  if (redis.url) return redis.url.reveal();
  throw new ConfigError(['REDIS_URL is not set: set it, or run `npm start`, which starts its own Redis']);
}

function fingerprintOf(secret: Secret): string {
  return createHmac('sha256', secret.reveal()).update('everroom:token-secret').digest('hex');
}
