import { Server, type Socket } from 'socket.io';
import type { RoomHosts } from '../core/host/RoomHosts.ts';
import type { Clock, Logger } from '../core/ports.ts';
import { ClientConnection } from './connections/ClientConnection.ts';
import type { ConnectedPeople } from './connections/ConnectedPeople.ts';
import type { Drain } from './connections/Drain.ts';
import { EngineGuard } from './connections/EngineGuard.ts';
import { type EngineConnection, engineConnectionOf } from './connections/engineConnection.ts';
import type { Gate } from './connections/Gate.ts';
import type { PresenceAuditor } from './connections/PresenceAuditor.ts';
import type { RoomClients } from './connections/RoomClients.ts';
import type { Limits } from './limits/Limits.ts';
import type { RefusalLog } from './limits/RefusalLog.ts';
import { toSocketError } from './protocol/errors.ts';
import type { Dispatcher } from './requests/Dispatcher.ts';
import { INTERNAL, toWireError } from './requests/WireRefusal.ts';
import type { SignalingMetrics } from './SignalingMetrics.ts';
import { endStandby } from './standby/endStandby.ts';

interface SocketServerDeps {
  readonly rooms: RoomHosts;
  readonly connectedPeople: ConnectedPeople;
  readonly presenceAuditor: PresenceAuditor;
  readonly drain: Drain;
  readonly gate: Gate;
  readonly clients: RoomClients;
  readonly limits: Limits;
  readonly dispatcher: Dispatcher;
  readonly metrics: SignalingMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly refusals: RefusalLog;
}

/** Handles the life of a client's socket: the gate, requests, the end. The engine that carries `io` also closes it. */
export class SocketServer {
  readonly io: Server;
  readonly #deps: SocketServerDeps;
  readonly #guard: EngineGuard;

  constructor(deps: SocketServerDeps) {
    this.#deps = deps;
    const { clock, gate, limits, metrics, refusals } = deps;
    this.#guard = new EngineGuard({
      limits,
      now: () => clock.now(),
      addressOf: (connection) => gate.addressOfConnection(connection),
      onCutOff: (offence, address) => {
        metrics.connectionCutOff(offence);
        refusals.warn({ offence, address }, 'a connection that breaks the rules is cut off');
      },
    });
    this.io = new Server({
      serveClient: false,
      transports: ['websocket', 'polling'],
      // Tokens are in the handshake, not in cookies: another site's page has nothing to misuse.
      cors: { origin: '*' },
      // Stays synchronous: a handler here must not make uWebSockets.js wait.
      allowRequest: (request, decide) => decide(null, gate.mayConnect(request)),
      connectTimeout: limits.connectMs,
      pingInterval: limits.pingEveryMs,
      pingTimeout: limits.pongMs,
      maxHttpBufferSize: limits.frameBytes,
      perMessageDeflate: false,
    });
    this.io.use((socket, next) => {
      this.#admit(socket).then(
        () => next(),
        (error: unknown) => next(this.#refusal(error)),
      );
    });
    this.io.on('connection', (socket: Socket) => this.#connected(socket));
  }

  /** Begins to watch connections; called once the engine carries `io`. */
  guard(): void {
    this.io.engine.on('connection', (connection: EngineConnection) => this.#guard.watch(connection));
  }

  /** From now on the bytes that come over this socket's connection are not limited. */
  trust(socket: Socket): void {
    this.#guard.trust(engineConnectionOf(socket));
  }

  async #admit(socket: Socket): Promise<void> {
    const { clients, clock, gate, limits, logger, rooms } = this.#deps;
    const release = gate.reserve(socket);
    const admission = await gate.admit(socket).catch((error: unknown) => {
      release();
      throw error;
    });
    const connection = new ClientConnection(socket, admission, limits, clock.now());
    socket.data.connection = connection;
    const leave = clients.add(connection.roomId);
    socket.data.release = () => {
      release();
      leave();
    };
    socket.conn.once('close', leave);
    if (socket.conn.readyState === 'closed') leave();
    // Opens the room while the client is still connecting: after a restart, replay and handshake overlap.
    rooms.open(connection.roomId).catch((error: unknown) => {
      logger.debug({ err: error, roomId: connection.roomId }, 'the room of a new connection is not open yet');
    });
  }

  #refusal(error: unknown): Error {
    const { logger, metrics, refusals } = this.#deps;
    const wire = toWireError(error) ?? INTERNAL;
    if (wire === INTERNAL) logger.error({ err: error }, 'a connection could not be checked');
    else if (wire.code === 'GO_TO') logger.debug({ nodes: wire.nodes }, 'a client is sent to another node');
    else refusals.warn({ code: wire.code }, 'a client is refused');
    metrics.connectionRefused(wire.code);
    return Object.assign(new Error(wire.message), { data: toSocketError(wire) });
  }

  #connected(socket: Socket): void {
    const { dispatcher, logger } = this.#deps;
    const connection = socket.data.connection as ClientConnection;
    const release = socket.data.release as () => void;
    socket.onAny((name: string, ...args: unknown[]) => {
      dispatcher.dispatch(connection, name, args).catch((error: unknown) => {
        logger.error({ err: error }, 'a request could not be answered');
      });
    });
    socket.on('disconnect', () => {
      release();
      this.#lost(connection);
    });
  }

  #lost(connection: ClientConnection): void {
    const { connectedPeople, drain, presenceAuditor, rooms } = this.#deps;
    const { participantId, roomId } = connection;
    connection.lost();
    drain.lost(connection);
    endStandby({ connectedPeople, rooms }, connection);
    const { seat } = connection;
    if (connectedPeople.removeSeated(connection) && seat) presenceAuditor.left(seat);
    if (connectedPeople.removeKnocking(connection) && !drain.keepsKnock(connection))
      presenceAuditor.knockLeft(roomId, participantId);
  }
}
