import { Counter, type Registry } from 'prom-client';
import type { Namespace, Server, Socket } from 'socket.io';
import type { Clock, Logger } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';
import { cutOff, engineConnectionOf } from '../connections/engineConnection.ts';
import type { AddressLimits } from '../limits/AddressLimits.ts';
import type { RefusalLog } from '../limits/RefusalLog.ts';
import type { ClusterKey } from './ClusterKey.ts';
import { AcceptorHandshake } from './handshake.ts';
import type { Link } from './Link.ts';
import type { LinkedNodes } from './LinkedNodes.ts';
import { ChannelRefused, NODES_NAMESPACE } from './wire.ts';

/** How long a node may take to prove itself. */
const PROOF_LIMIT_MS = 3_000;

/** What the server that carries the connections knows of them. */
export interface Door {
  readonly registry: Registry;
  readonly refusals: RefusalLog;
  /** The hellos from one address, whether let in or not. */
  readonly hellos: AddressLimits;
  readonly addressOf: (socket: Socket) => string;
  /** A node has proved itself. */
  readonly admitted: (socket: Socket) => void;
}

interface AcceptorDeps extends Door {
  readonly nodeId: NodeId;
  readonly keys: readonly ClusterKey[];
  readonly nodes: LinkedNodes;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Lets other nodes in: a socket.io namespace on the server that carries clients. Whoever does not prove in time to hold
 * the key of the cluster is cut off; until then nothing else is read.
 */
export function acceptNodes(io: Server, deps: AcceptorDeps): Namespace {
  const { addressOf, clock, hellos, keys, logger, nodeId, nodes, refusals } = deps;
  const namespace = io.of(NODES_NAMESPACE);
  const refused = new Counter({
    name: 'everroom_peers_refused_total',
    help: 'Connections of other nodes that were refused, by code.',
    labelNames: ['code'],
    registers: [deps.registry],
  });

  function note(error: ChannelRefused, socket: Socket): void {
    refused.inc({ code: error.code });
    refusals.warn({ code: error.code, address: addressOf(socket), problem: error.message }, 'a node is refused');
  }

  namespace.use((socket, next) => {
    try {
      if (!hellos.take(addressOf(socket))) {
        throw new ChannelRefused('TOO_MANY_REQUESTS', 'Too many nodes from this address. Wait a moment.');
      }
      socket.data.handshake = new AcceptorHandshake(nodeId, keys, socket.handshake.auth);
      next();
    } catch (error) {
      const known = error instanceof ChannelRefused;
      if (!known) logger.error({ err: error }, 'a node could not be checked');
      const refusal = known ? error : new ChannelRefused('HELLO_INVALID', 'The hello could not be checked.');
      note(refusal, socket);
      next(Object.assign(new Error(refusal.message), { data: { code: refusal.code, message: refusal.message } }));
    }
  });

  namespace.on('connection', (socket: Socket) => {
    const handshake = socket.data.handshake as AcceptorHandshake;
    let link: Link | null = null;
    const cut = (): void => {
      if (socket.connected) cutOff(engineConnectionOf(socket));
    };
    const stopWaiting = clock.setTimer(PROOF_LIMIT_MS, () => {
      note(new ChannelRefused('PROOF_INVALID', 'No proof came in time.'), socket);
      cut();
    });
    socket.once('proof', (raw: unknown) => {
      stopWaiting();
      try {
        const session = handshake.confirm(raw);
        deps.admitted(socket);
        link = nodes.open(session, { send: (frame) => socket.emit('frame', frame), close: cut });
      } catch (error) {
        if (error instanceof ChannelRefused) note(error, socket);
        else logger.error({ err: error }, 'a node could not be let in');
        cut();
      }
    });
    socket.on('frame', (frame: unknown) => {
      if (link) link.receive(frame);
      else cut();
    });
    socket.on('disconnect', () => {
      stopWaiting();
      link?.closed();
    });
    socket.emit('challenge', handshake.challenge);
  });
  return namespace;
}
