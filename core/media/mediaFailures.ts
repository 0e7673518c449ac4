/** The media worker does not run on this machine. */
export class MediaWorkerUnavailable extends Error {
  constructor(workerBin: string, options?: ErrorOptions) {
    super(
      `The media worker ${workerBin} does not start. \`npm start\` brings it and says what is missing; ` +
        'MEDIASOUP_WORKER_BIN names another one.',
      options,
    );
    this.name = 'MediaWorkerUnavailable';
  }
}

/** Other programs hold media ports, and kept them while we waited. */
export class MediaPortTaken extends Error {
  readonly ports: readonly number[];

  constructor(ports: readonly number[], options?: ErrorOptions) {
    super(
      `Other programs have the media ports ${ports.join(' and ')} (UDP or TCP). Stop them, or choose another MEDIA_PORT.`,
      options,
    );
    this.name = 'MediaPortTaken';
    this.ports = ports;
  }
}

/** The media ports cannot be bound, for a reason other than being taken. */
export class MediaPortUnusable extends Error {
  readonly port: number;

  constructor(port: number, options?: ErrorOptions) {
    const reason = options?.cause instanceof Error ? options.cause.message : 'unknown reason';
    super(`Media port ${port} cannot be opened: ${reason}. See MEDIA_PORT, HOST and ANNOUNCED_ADDRESS.`, options);
    this.name = 'MediaPortUnusable';
    this.port = port;
  }
}

export function isPortInUse(error: unknown): boolean {
  return /already in use/i.test(messageOf(error));
}

export function isWorkerGone(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkerClosedError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
