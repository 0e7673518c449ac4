import type { Server } from 'socket.io';

/** The parts of an engine.io socket that say how much waits for its client; the types keep them to themselves. */
interface Conn {
  readonly writeBuffer: readonly { readonly data?: unknown }[];
  readonly transport: {
    readonly socket?: { readonly bufferedAmount?: number; getBufferedAmount?(): number };
  };
  close(discard: boolean): void;
}

const ROUND_MS = 1_000;

/** Cuts off clients that do not read what is sent to them, before they cost more memory than `maxBytes` each. */
export function guardBacklog(io: Server, maxBytes: number, onCutOff: (bytes: number) => void): () => void {
  const timer = setInterval(() => {
    for (const { conn } of io.sockets.sockets.values()) {
      const bytes = backlogBytes(conn as unknown as Conn);
      if (bytes <= maxBytes) continue;
      onCutOff(bytes);
      (conn as unknown as Conn).close(true);
    }
  }, ROUND_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function backlogBytes({ transport, writeBuffer }: Conn): number {
  const { socket } = transport;
  let bytes = socket?.getBufferedAmount?.() ?? socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) {
    if (typeof data === 'string') bytes += data.length;
  }
  return bytes;
}
