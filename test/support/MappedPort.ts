import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** What a router does with a port for UDP that it maps to one behind it. Closed until `open` is called. */
export class MappedPort {
  readonly #port: number;
  readonly #targetPort: number;
  readonly #outside = createSocket('udp4');
  readonly #inside = new Map<string, Promise<Socket>>();

  constructor(port: number, targetPort: number) {
    this.#port = port;
    this.#targetPort = targetPort;
    this.#outside.on('message', (packet, from) => void this.#inward(packet, from));
  }

  async open(): Promise<void> {
    this.#outside.bind(this.#port, '127.0.0.1');
    await once(this.#outside, 'listening');
  }

  async close(): Promise<void> {
    this.#outside.close();
    for (const socket of this.#inside.values()) (await socket).close();
  }

  async #inward(packet: Buffer, from: RemoteInfo): Promise<void> {
    const key = `${from.address}:${from.port}`;
    const socket = this.#inside.get(key) ?? this.#connect(from);
    this.#inside.set(key, socket);
    (await socket).send(packet, () => undefined);
  }

  async #connect(client: RemoteInfo): Promise<Socket> {
    const socket = createSocket('udp4');
    socket.on('message', (packet) => this.#outside.send(packet, client.port, client.address, () => undefined));
    // The server behind may be gone for a moment.
    socket.on('error', () => undefined);
    socket.connect(this.#targetPort, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }
}
