import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between two ends of TCP connections: it sees all bytes, and may hold them back, change them or hang up. */
export class TcpRelay {
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets = new Set<Socket>();
  readonly #recorded: Buffer[] = [];
  #silent = false;
  /** What becomes of the bytes that pass, with the number of those that passed before. */
  change: (bytes: Buffer, before: number) => Buffer = (bytes) => bytes;

  private constructor(server: ReturnType<typeof createServer>, targetPort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (near) => {
      const far = connect({ host: '127.0.0.1', port: targetPort, noDelay: true });
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  static async start(targetPort: number): Promise<TcpRelay> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpRelay(server, targetPort);
  }

  get recorded(): Buffer {
    return Buffer.concat(this.#recorded);
  }

  /**
   * Nothing passes any more, not even the end of a connection: the cable is cut, or the process behind it stands
   * still.
   */
  silence(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** What was held back passes now. */
  resume(): void {
    this.#silent = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(from: Socket, to: Socket): void {
    let passed = 0;
    this.#sockets.add(from);
    if (this.#silent) from.pause();
    from.on('data', (bytes: Buffer) => {
      this.#recorded.push(bytes);
      const changed = this.change(bytes, passed);
      passed += bytes.length;
      to.write(changed);
    });
    const end = (): void => {
      this.#sockets.delete(from);
      if (!this.#silent) to.destroy();
    };
    from.on('close', end);
    // The other end is told by 'close'.
    from.on('error', () => undefined);
  }
}
