import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6, SocketAddress } from 'node:net';

/** Holds a keyframe of every layer at once, with room to spare. The system may grant less. */
const BUFFER_BYTES = 4 << 20;
/** Packets that wait for the network beyond this come too late anyway. */
const MAX_QUEUED_BYTES = 4 << 20;

export class MediaPortUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MediaPortUnavailable';
  }
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface UdpOptions {
  readonly address: string;
  /** Inclusive. Without it any free port is used. */
  readonly ports?: { readonly min: number; readonly max: number } | undefined;
}

export interface UdpStats {
  sent: number;
  received: number;
  /** Packets not sent, because too much waited already or there was no peer. */
  dropped: number;
  /** Errors that the network reported, for example that nobody listens at the other end. */
  errors: number;
}

/** A UDP socket that speaks with one peer only. */
export class UdpSocket {
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #stats: UdpStats = { sent: 0, received: 0, dropped: 0, errors: 0 };
  #state: 'bound' | 'connected' | 'closed' = 'bound';

  private constructor(socket: Socket) {
    const { address, port } = socket.address();
    this.#socket = socket;
    this.address = address;
    this.port = port;
    socket.on('error', () => {
      this.#stats.errors += 1;
    });
  }

  /** @throws MediaPortUnavailable when no port can be opened */
  static async open({ address, ports }: UdpOptions): Promise<UdpSocket> {
    if (ports === undefined) return UdpSocket.#bind(address, 0);
    const count = ports.max - ports.min + 1;
    // Begin anywhere, so that several processes with one range do not all try the same ports.
    const start = Math.floor(Math.random() * count);
    for (let i = 0; i < count; i++) {
      try {
        return await UdpSocket.#bind(address, ports.min + ((start + i) % count));
      } catch (error) {
        if (!isInUse(error)) throw error;
      }
    }
    throw new MediaPortUnavailable(`every UDP port of ${address} from ${ports.min} to ${ports.max} is in use`);
  }

  static async #bind(address: string, port: number): Promise<UdpSocket> {
    const socket = createSocket({
      type: isIPv6(address) ? 'udp6' : 'udp4',
      recvBufferSize: BUFFER_BYTES,
      sendBufferSize: BUFFER_BYTES,
    });
    try {
      socket.bind({ address, port, exclusive: true });
      await once(socket, 'listening');
    } catch (cause) {
      socket.close();
      throw new MediaPortUnavailable(`cannot open UDP port ${port} of ${address}`, { cause });
    }
    return new UdpSocket(socket);
  }

  /**
   * From now on the socket exchanges packets with this peer alone. Call it once.
   * @throws MediaPortUnavailable when there is no way to it
   */
  async connect(peer: Endpoint, receive: (datagram: Buffer) => void): Promise<void> {
    const family = isIPv6(peer.address) ? 'ipv6' : 'ipv4';
    // `address` is spelled as the system spells it.
    const { address } = new SocketAddress({ address: peer.address, port: peer.port, family });
    this.#socket.connect(peer.port, peer.address);
    try {
      await Promise.race([once(this.#socket, 'connect'), once(this.#socket, 'close')]);
    } catch (cause) {
      throw new MediaPortUnavailable(`no way from ${this.address} to ${peer.address}`, { cause });
    }
    if (this.#state === 'closed') return;
    this.#state = 'connected';
    this.#socket.on('message', (datagram: Buffer, from: RemoteInfo) => {
      // The system admits only the peer, but packets from before may still wait.
      if (from.port !== peer.port || from.address !== address) return;
      this.#stats.received += 1;
      receive(datagram);
    });
  }

  /** Never throws: a packet that cannot be sent is lost, as on any network. */
  send(packet: Buffer): void {
    if (this.#state !== 'connected' || this.#socket.getSendQueueSize() > MAX_QUEUED_BYTES) {
      this.#stats.dropped += 1;
      return;
    }
    this.#stats.sent += 1;
    this.#socket.send(packet);
  }

  stats(): UdpStats {
    return { ...this.#stats };
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#socket.close();
  }
}

function isInUse(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}
