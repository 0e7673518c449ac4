import type { Socket } from 'socket.io';

/** The parts of an engine.io socket that say how much waits for its client; the types keep them to themselves. */
interface Conn {
  readonly writeBuffer: readonly { readonly data?: unknown }[];
  readonly transport: {
    /** None when polling. */
    readonly socket?: WsSocket | UwsSocket;
  };
  close(discard: boolean): void;
}

interface WsSocket {
  readonly bufferedAmount: number;
  terminate(): void;
}

interface UwsSocket {
  getBufferedAmount(): number;
  /** At once, in contrast to `end`. */
  close(): void;
}

const ROUND_MS = 1_000;

/** Cuts off clients that do not read what is sent to them, before they cost more memory than `maxBytes` each. */
export function guardBacklog(
  sockets: () => Iterable<Socket>,
  maxBytes: number,
  onCutOff: (bytes: number) => void,
): () => void {
  const timer = setInterval(() => {
    for (const { conn } of sockets()) {
      const bytes = backlogBytes(conn as unknown as Conn);
      if (bytes <= maxBytes) continue;
      onCutOff(bytes);
      cutOff(conn as unknown as Conn);
    }
  }, ROUND_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function backlogBytes({ transport, writeBuffer }: Conn): number {
  let bytes = socketBacklogBytes(transport.socket);
  for (const { data } of writeBuffer) {
    if (typeof data === 'string') bytes += data.length;
  }
  return bytes;
}

function socketBacklogBytes(socket: WsSocket | UwsSocket | undefined): number {
  if (!socket) return 0;
  return 'terminate' in socket ? socket.bufferedAmount : socket.getBufferedAmount();
}

/** A client that does not read does not answer a polite goodbye either. */
function cutOff(conn: Conn): void {
  const { socket } = conn.transport;
  if (!socket) conn.close(true);
  else if ('terminate' in socket) socket.terminate();
  else socket.close();
}
