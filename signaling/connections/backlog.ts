import type { Socket } from 'socket.io';

/** The parts of an engine.io socket that show how much waits for its client; its public types leave them out. */
interface Conn {
  readonly writeBuffer: readonly { readonly data?: unknown }[];
  readonly transport: {
    /** Undefined while the client polls. */
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
  /** Closes at once, unlike `end`. */
  close(): void;
}

const ROUND_MS = 1_000;

/** Cuts off clients that do not read what they get, before each costs more memory than `maxBytes`. */
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

/** A client that does not read would not answer an orderly close either. */
function cutOff(conn: Conn): void {
  const { socket } = conn.transport;
  if (!socket) conn.close(true);
  else if ('terminate' in socket) socket.terminate();
  else socket.close();
}
