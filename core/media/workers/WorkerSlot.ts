import type { types } from 'mediasoup';
import type { Clock, Logger } from '../../ports.ts';
import { isPortInUse, isWorkerGone, MediaPortTaken, MediaPortUnusable, messageOf } from '../mediaFailures.ts';
import type { WorkerReport } from '../reports/RoomMediaReport.ts';
import type { IceCandidate } from '../rtpTypes.ts';
import { announcedCandidates, type MediaListen } from './announcedCandidates.ts';
import { WorkerWatchdog } from './WorkerWatchdog.ts';

/** The slot's worker and its WebRtcServer, which are replaced together. */
export interface SlotWorker {
  readonly worker: types.Worker;
  /** The one of the slot's ports that it has. */
  readonly port: number;
  readonly webRtcServer: types.WebRtcServer;
}

const BIND_RETRY_MS = 5;
const BIND_FOR_MS = 5_000;
/**
 * With the defaults of mediasoup and the kernel the burst of a keyframe to many viewers is dropped. The kernel may cap
 * this.
 */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

/**
 * A worker and its two media ports, of which it takes the one that is free: two servers of one deployment run side by
 * side. When the worker dies, another takes over at once.
 */
export class WorkerSlot {
  /** Consumers of all rooms on this worker. The rooms count. */
  consumers = 0;
  readonly #ports: readonly [number, number];
  readonly #basePort: number;
  readonly #listen: readonly MediaListen[];
  readonly #protocols: readonly ('udp' | 'tcp')[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #takeWorker: () => Promise<types.Worker>;
  #worker: types.Worker;
  /** Resolves when the current worker is ready. */
  #arrival: Promise<void> = Promise.resolve();
  #bound: Promise<SlotWorker> | null = null;
  /** The port that is bound now. */
  #port: number | null = null;
  #watchdog: WorkerWatchdog | undefined;
  #closed = false;

  constructor(
    ports: readonly [number, number],
    worker: types.Worker,
    options: {
      readonly listen: readonly MediaListen[];
      /** The first of all media ports. */
      readonly basePort: number;
      readonly iceTcp: boolean;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly takeWorker: () => Promise<types.Worker>;
    },
  ) {
    this.#ports = ports;
    this.#basePort = options.basePort;
    this.#worker = worker;
    this.#listen = options.listen;
    this.#protocols = options.iceTcp ? ['udp', 'tcp'] : ['udp'];
    this.#clock = options.clock;
    this.#logger = options.logger.child({ mediaPorts: ports });
    this.#takeWorker = options.takeWorker;
    this.#adopt(worker);
  }

  get pid(): number | null {
    return this.#worker.closed ? null : this.#worker.pid;
  }

  async report(): Promise<WorkerReport> {
    const worker = this.#worker;
    const nothing = {
      pid: this.pid,
      port: this.#port,
      consumers: this.consumers,
      routers: 0,
      cpuMs: 0,
      peakMemoryBytes: 0,
    };
    try {
      const [usage, dump] = await Promise.all([worker.getResourceUsage(), worker.dump()]);
      return {
        ...nothing,
        routers: dump.routerIds.length,
        cpuMs: usage.ru_utime + usage.ru_stime,
        peakMemoryBytes: 1_024 * usage.ru_maxrss,
      };
    } catch (error) {
      this.#logger.debug({ error: messageOf(error) }, 'media worker closed while it was asked what it uses');
      return nothing;
    }
  }

  /** The worker with its port bound; waits for a replacement. */
  ready(): Promise<SlotWorker> {
    this.#bound ??= this.#bind();
    return this.#bound;
  }

  /** Names the other port in the log if a program keeps it: another server of this deployment needs it later. */
  lookForOtherPrograms(): void {
    this.#lookForOtherPrograms().catch((error: unknown) => {
      if (error instanceof MediaPortTaken) {
        this.#logger.warn({ err: error }, 'a server that takes over will have to wait for the media ports of this one');
      } else this.#logger.debug({ error: messageOf(error) }, 'the other media port cannot be checked');
    });
  }

  /** The addresses of this transport that clients are told. */
  candidatesOf({ iceCandidates }: types.WebRtcTransport): IceCandidate[] {
    return announcedCandidates(iceCandidates, this.#listen, this.#basePort);
  }

  close(): void {
    this.#closed = true;
    this.#watchdog?.stop();
    this.#worker.close();
  }

  #adopt(worker: types.Worker): void {
    this.#worker = worker;
    worker.observer.once('close', () => {
      this.#watchdog?.stop();
      if (!this.#closed) this.#replace(worker.pid);
    });
    if (worker.closed) this.#replace(worker.pid);
    else this.#watchdog = new WorkerWatchdog(worker, { clock: this.#clock, logger: this.#logger });
  }

  #replace(deadPid: number): void {
    this.#port = null;
    this.#logger.warn({ workerPid: deadPid }, 'media worker died: its participants are rebuilding on a new one');
    this.#arrival = this.#takeWorker().then((worker) => {
      if (!this.#closed) this.#adopt(worker);
      else worker.close();
    });
    this.#arrival.catch((error: unknown) => {
      if (!this.#closed) this.#logger.error({ error: messageOf(error) }, 'media worker could not be replaced');
    });
    // A slot that had a port takes one again at once; the ports of a standby stay free.
    if (this.#bound) this.#bound = this.#bind();
  }

  #bind(): Promise<SlotWorker> {
    const bound = this.#tryToBind();
    bound.catch((error: unknown) => {
      if (this.#closed) return;
      this.#logger.error({ error: messageOf(error) }, 'media port could not be bound');
      if (this.#bound === bound) this.#bound = null;
    });
    return bound;
  }

  async #tryToBind(): Promise<SlotWorker> {
    await this.#arrival;
    const worker = this.#worker;
    try {
      const bound = await this.#openOneOf(this.#ports, worker);
      this.#port = bound.port;
      return bound;
    } catch (error) {
      // It died meanwhile: the slot is already binding its replacement.
      if (isWorkerGone(error) && !this.#closed) return this.ready();
      throw error;
    }
  }

  async #openOneOf(ports: readonly number[], worker: types.Worker): Promise<SlotWorker> {
    const deadline = this.#clock.now() + BIND_FOR_MS;
    for (;;) {
      let inUse: unknown;
      for (const port of ports) {
        try {
          const webRtcServer = await worker.createWebRtcServer({ listenInfos: this.#listenInfos(port) });
          return { worker, port, webRtcServer };
        } catch (error) {
          if (isWorkerGone(error)) throw error;
          if (!isPortInUse(error)) throw new MediaPortUnusable(port, { cause: error });
          inUse = error;
        }
      }
      if (this.#clock.now() >= deadline) throw new MediaPortTaken(ports, { cause: inUse });
      await new Promise<void>((resolve) => this.#clock.setTimer(BIND_RETRY_MS, resolve));
    }
  }

  async #lookForOtherPrograms(): Promise<void> {
    const { worker, port } = await this.ready();
    const others = this.#ports.filter((other) => other !== port);
    const { webRtcServer } = await this.#openOneOf(others, worker);
    webRtcServer.close();
  }

  #listenInfos(port: number): types.TransportListenInfo[] {
    return this.#listen.flatMap(({ ip, announcedAddress }) =>
      this.#protocols.map((protocol) => ({
        protocol,
        ip,
        port,
        sendBufferSize: SOCKET_BUFFER_BYTES,
        recvBufferSize: SOCKET_BUFFER_BYTES,
        ...(announcedAddress === undefined ? {} : { announcedAddress }),
      })),
    );
  }
}
