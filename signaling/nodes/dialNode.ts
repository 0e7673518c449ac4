import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import type { Clock } from '../../core/ports.ts';
import type { DialerHandshake } from './handshake.ts';
import type { Link } from './Link.ts';
import type { LinkedNodes } from './LinkedNodes.ts';
import { ChannelRefusal, ChannelRefused, type Hello, NODES_NAMESPACE } from './wire.ts';

/** From the first packet to the peer's first encrypted frame. */
const CONNECT_LIMIT_MS = 3_000;

interface DialDeps {
  readonly url: string;
  readonly handshake: DialerHandshake;
  readonly nodes: LinkedNodes;
  readonly clock: Clock;
  /** Called once, when the connection ended or never came about; `refusal` if the peer or the handshake said no. */
  readonly onEnd: (problem: string, refusal: ChannelRefusal | null) => void;
}

const SocketError = z.object({ data: ChannelRefusal });

/** Connects to another node; the returned function gives up, or ends the connection. */
export function dialNode({ url, handshake, nodes, clock, onEnd }: DialDeps): () => void {
  const socket = connectTo(url, handshake.hello);
  let link: Link | null = null;
  let session: ReturnType<DialerHandshake['answer']>['session'] | null = null;
  let ended = false;

  const end = (problem: string, refusal: ChannelRefusal | null = null): void => {
    if (ended) return;
    ended = true;
    stopWaiting();
    terminate(socket);
    link?.closed();
    onEnd(problem, refusal);
  };
  const stopWaiting = clock.setTimer(CONNECT_LIMIT_MS, () => end('it does not answer'));

  socket.on('connect_error', (error) => {
    const { problem, refusal } = problemOf(error);
    end(problem, refusal);
  });
  socket.on('disconnect', (reason) => end(reason));
  socket.once('challenge', (raw: unknown) => {
    try {
      const answer = handshake.answer(raw);
      session = answer.session;
      socket.emit('proof', answer.proof);
    } catch (error) {
      const refusal = error instanceof ChannelRefused ? { code: error.code, message: error.message } : null;
      end(error instanceof Error ? error.message : String(error), refusal);
    }
  });
  socket.on('frame', (frame: unknown) => {
    if (session && !link) {
      stopWaiting();
      link = nodes.open(session, { send: (text) => void socket.emit('frame', text), close: () => end('it is closed') });
    }
    link?.receive(frame);
  });
  return () => end('it is closed');
}

/** Opens a connection to the door of a node. */
export function connectTo(url: string, hello: Hello): Socket {
  return io(new URL(url).origin + NODES_NAMESPACE, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    timeout: CONNECT_LIMIT_MS,
    // Both ends prove what they are, and encrypt, by themselves: certificates are often for the names of clients only.
    rejectUnauthorized: false,
    auth: hello,
  });
}

/** Returns why a connection did not come about: what the node says, or what happened on the way. */
export function problemOf(error: Error & { description?: unknown }): {
  readonly problem: string;
  readonly refusal: ChannelRefusal | null;
} {
  const refusal = SocketError.safeParse(error).data?.data ?? null;
  if (refusal) return { problem: `${refusal.code}: ${refusal.message}`, refusal };
  // socket.io says "websocket error"; what happened is in its description.
  const cause = (error.description as { error?: { message?: unknown; code?: unknown } } | undefined)?.error;
  return { problem: String(cause?.message || cause?.code || error.message), refusal: null };
}

/** Ends the connection without the goodbye that a peer which hangs does not answer. */
export function terminate(socket: Socket): void {
  const engine = socket.io.engine as { transport?: { ws?: { terminate(): void } } } | undefined;
  engine?.transport?.ws?.terminate();
  socket.disconnect();
}
