import type { IncomingMessage } from 'node:http';
import type { Socket } from 'socket.io';

/** The parts of an engine.io socket that limits need; its public types leave some of them out. */
export interface EngineConnection {
  readonly readyState: string;
  readonly remoteAddress: string;
  readonly request: Pick<IncomingMessage, 'headers'>;
  readonly writeBuffer: readonly { readonly data?: unknown }[];
  readonly transport: {
    /** Undefined while the client polls. */
    readonly socket?: WsSocket | UwsSocket;
  };
  write(packet: string, options: { readonly wsPreEncoded: string }): void;
  on(event: 'packet', listener: (packet: { readonly type: string; readonly data?: unknown }) => void): void;
  once(event: 'close', listener: () => void): void;
  close(): void;
}

interface WsSocket {
  readonly bufferedAmount: number;
  terminate(): void;
}

interface UwsSocket {
  getBufferedAmount(): number;
  /** What `send` sends meanwhile leaves together: each alone is a system call. */
  cork(send: () => void): void;
  /** Closes at once, unlike `end`. */
  close(): void;
}

/** Returns the connection below a client's or sidecar's socket. */
export function engineConnectionOf({ conn }: Socket): EngineConnection {
  return conn as unknown as EngineConnection;
}

/** Sends encoded packets of socket.io to a client. */
export function writeTo(socket: Socket, packets: readonly string[]): void {
  const connection = engineConnectionOf(socket);
  // Below a closed one nothing may be touched any more.
  if (connection.readyState !== 'open') return;
  const write = (): void => {
    for (const packet of packets) connection.write(packet, { wsPreEncoded: framed(packet) });
  };
  const { socket: below } = connection.transport;
  if (packets.length > 1 && below && !('terminate' in below)) below.cork(write);
  else write();
}

let lastPacket = '';
let lastFrame = '';

/** As engine.io frames a message. Many receivers get the same one: it is made once. */
function framed(packet: string): string {
  if (packet !== lastPacket) {
    lastPacket = packet;
    lastFrame = `4${packet}`;
  }
  return lastFrame;
}

/** Returns how many bytes wait for the client. */
export function backlogOf({ transport, writeBuffer }: EngineConnection): number {
  let bytes = socketBacklogOf(transport.socket);
  for (const { data } of writeBuffer) {
    if (typeof data === 'string') bytes += data.length;
  }
  return bytes;
}

function socketBacklogOf(socket: WsSocket | UwsSocket | undefined): number {
  if (!socket) return 0;
  return 'terminate' in socket ? socket.bufferedAmount : socket.getBufferedAmount();
}

/**
 * Closes without waiting for the client, which may not read. Packets that have arrived already are ignored from here
 * on.
 */
export function cutOff(connection: EngineConnection): void {
  const { socket } = connection.transport;
  if (socket && !('terminate' in socket)) {
    // Tells the connection in the same turn.
    socket.close();
    return;
  }
  connection.close();
  socket?.terminate();
}
