import type { Registry } from 'prom-client';
import type { Namespace, Server, Socket } from 'socket.io';
import { z } from 'zod';
import type { Clock, Logger } from '../../../core/ports.ts';
import {
  type Adapt,
  type AttachAnswer,
  AttachRequest,
  Detach,
  Pulse,
  type Release,
  SIDECAR_NAMESPACE,
  SidecarHello,
  type SidecarRefusal,
  TrackStats,
} from '../../../core/reencoding/messages.ts';
import type { ReencodingPort, SidecarChannel } from '../../../core/reencoding/ports.ts';
import type { NodeId } from '../../../core/room/state.ts';
import type { AddressLimits } from '../../limits/AddressLimits.ts';
import type { RefusalLog } from '../../limits/RefusalLog.ts';
import { SidecarMetrics } from './SidecarMetrics.ts';
import { SidecarRefused, SidecarTokens } from './SidecarTokens.ts';

interface SidecarChannelDeps {
  readonly nodeId: NodeId;
  readonly reencoding: ReencodingPort;
  readonly secret: string;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly refusals: RefusalLog;
  /** The sidecars that were refused, by address. */
  readonly refusedFrom: AddressLimits;
  readonly addressOf: (socket: Socket) => string;
  /** A sidecar has shown its token. */
  readonly admitted: (socket: Socket) => void;
}

/** Refusals that strangers can cause: the others need a token that was signed with the secret. */
const FORGERIES: ReadonlySet<SidecarRefusal['code']> = new Set(['HELLO_INVALID', 'TOKEN_INVALID']);

/** The function that carries the acknowledgement: anything else in its place is the sender's mistake. */
const Acknowledge = z.custom<(answer: AttachAnswer) => void>((value) => typeof value === 'function');

/**
 * The channel of sidecars: a separate socket.io namespace with separate tokens, on the server that carries clients.
 * Once a sidecar has shown its token, the limits of clients do not apply to it, and a draining node keeps serving it:
 * its tracks still flow.
 */
export function openSidecarChannel(io: Server, deps: SidecarChannelDeps): Namespace {
  const { addressOf, clock, reencoding, refusals, refusedFrom } = deps;
  const logger = deps.logger.child({ part: 'sidecars' });
  const namespace = io.of(SIDECAR_NAMESPACE);
  const metrics = new SidecarMetrics(deps.registry, () => namespace.sockets.size);
  const tokens = new SidecarTokens(deps.secret, deps.nodeId, () => clock.now());

  namespace.use((socket, next) => {
    const address = addressOf(socket);
    const admission = refusedFrom.has(address) ? admit(socket, tokens) : Promise.reject(tooManyRefused());
    admission.then(
      () => {
        deps.admitted(socket);
        next();
      },
      (error: unknown) => {
        const refusal = toRefusal(error);
        if (FORGERIES.has(refusal.code)) refusedFrom.take(address);
        refusals.warn({ code: refusal.code, address }, 'a sidecar is refused');
        metrics.refused(refusal.code);
        next(Object.assign(new Error(refusal.message), { data: refusal }));
      },
    );
  });

  namespace.on('connection', (socket: Socket) => {
    const channel = new SocketChannel(socket);
    logger.info({ sidecarId: channel.sidecarId, name: channel.name }, 'a sidecar is connected');

    const on = <T>(message: string, schema: z.ZodType<T>, handle: (body: T) => void): void => {
      socket.on(message, (body: unknown) => {
        const parsed = schema.safeParse(body);
        if (parsed.success) handle(parsed.data);
        else drop(message, parsed.error);
      });
    };
    const drop = (message: string, error: unknown): void => {
      metrics.dropped(message);
      logger.debug({ sidecarId: channel.sidecarId, message, err: error }, 'a message of a sidecar is dropped');
    };
    on('pulse', Pulse, (pulse) => reencoding.pulse(channel, pulse));
    on('stats', TrackStats, (stats) => reencoding.stats(channel, stats));
    on('detach', Detach, (detach) => reencoding.detach(channel, detach));

    const attach = async (body: unknown): Promise<AttachAnswer> => {
      const request = AttachRequest.safeParse(body);
      if (!request.success) {
        drop('attach', request.error);
        return { type: 'unsuitable', reason: 'The request is not understood: node and sidecar differ in version.' };
      }
      try {
        return await reencoding.attach(channel, request.data);
      } catch (error) {
        logger.error({ sidecarId: channel.sidecarId, err: error }, 'a sidecar could not be attached');
        return { type: 'unsuitable', reason: 'Something went wrong in the node; it was logged.' };
      }
    };
    socket.on('attach', (body: unknown, callback: unknown) => {
      const acknowledge = Acknowledge.safeParse(callback);
      if (acknowledge.success) void attach(body).then(acknowledge.data);
      else drop('attach', acknowledge.error);
    });

    socket.on('disconnect', (reason) => {
      logger.info({ sidecarId: channel.sidecarId, reason }, 'a sidecar is disconnected');
      reencoding.lost(channel);
    });
  });
  return namespace;
}

class SocketChannel implements SidecarChannel {
  readonly sidecarId: string;
  readonly name: string;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    const { name, sidecarId } = socket.data.hello as SidecarHello;
    this.sidecarId = sidecarId;
    this.name = name;
    this.#socket = socket;
  }

  adapt(message: Adapt): void {
    this.#socket.emit('adapt', message);
  }

  release(message: Release): void {
    this.#socket.emit('release', message);
  }
}

/** @throws SidecarRefused when the handshake or its token is not valid */
async function admit(socket: Socket, tokens: SidecarTokens): Promise<void> {
  const hello = SidecarHello.safeParse(socket.handshake.auth);
  if (!hello.success) {
    throw new SidecarRefused('HELLO_INVALID', 'Connect with { token, sidecarId, name }.', { cause: hello.error });
  }
  await tokens.verify(hello.data);
  socket.data.hello = hello.data;
}

function tooManyRefused(): SidecarRefused {
  return new SidecarRefused('TOO_MANY_REQUESTS', 'Too many sidecars from this address were refused. Wait a moment.');
}

function toRefusal(error: unknown): SidecarRefusal {
  if (error instanceof SidecarRefused) return { code: error.code, message: error.message };
  return { code: 'TOKEN_INVALID', message: 'The token could not be checked.' };
}
