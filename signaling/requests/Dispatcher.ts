import { z } from 'zod';
import type { ClientConnection } from '../connections/ClientConnection.ts';
import { AddressLimits } from '../limits/AddressLimits.ts';
import { payloadWeight } from '../limits/payloadWeight.ts';
import { type ErrorCode, toSocketError, type WireError } from '../protocol/errors.ts';
import { type Answer, type EntryAnswer, type RequestName, requests } from '../protocol/requests.ts';
import { toEntryAnswer2 } from '../protocol2/toProtocol2.ts';
import type { SignalingMetrics } from '../SignalingMetrics.ts';
import type { SignalingContext } from './context.ts';
import type { Handler } from './handlers/handler.ts';
import { handlers } from './handlers/handlers.ts';
import { PRICES, priceOfReceivers } from './prices.ts';
import { INTERNAL, toWireError, WireRefusal } from './WireRefusal.ts';

/** The longest text about what is wrong with one request, in characters. */
const MESSAGE_CHARACTERS = 500;
/** A request of this size counts as two. */
const BYTES_A_REQUEST = 8_192;
/** An answer of this size makes a request count as two. */
const CHARACTERS_ANSWERED_A_REQUEST = 4_096;

/** Takes requests from sockets: limits, checks, calls the handler, answers. No client message makes it throw. */
export class Dispatcher {
  readonly #context: SignalingContext;
  readonly #metrics: SignalingMetrics;
  readonly #addressRequests: AddressLimits;

  constructor(context: SignalingContext, metrics: SignalingMetrics) {
    this.#context = context;
    this.#metrics = metrics;
    this.#addressRequests = new AddressLimits(context.limits.addressRequests, () => context.clock.now());
  }

  /** `args` as socket.io gives them: the body, and the function that sends the answer. */
  async dispatch(connection: ClientConnection, name: string, args: readonly unknown[]): Promise<void> {
    if (connection.isReplaced) return;
    const startedAt = performance.now();
    const send = args.at(-1);
    // A request without a callback has no effect: its refusal could not be answered.
    const answer = typeof send === 'function' ? (value: Answer<RequestName>) => void send(value) : null;
    const body = answer ? args.slice(0, -1) : args;
    const known = isRequestName(name) ? name : null;

    const afterAnswer: (() => void)[] = [];
    connection.requestStarted();
    let outcome: ErrorCode | 'OK' = 'OK';
    try {
      this.#limit(connection);
      if (!known) throw new WireRefusal('INVALID', 'There is no such request.');
      if (!answer) throw new WireRefusal('INVALID', 'Requests are sent with an acknowledgement.');
      const result = await this.#handle(connection, known, body, (run) => afterAnswer.push(run));
      // What it was told before comes before.
      connection.flush();
      const sentBefore = connection.charactersSent;
      answer({ ok: true, result } as Answer<RequestName>);
      // A small request for a large answer is not a small one.
      connection.requests.charge((connection.charactersSent - sentBefore) / CHARACTERS_ANSWERED_A_REQUEST);
    } catch (error) {
      const wire = this.#toWireError(error, connection, name);
      outcome = wire.code;
      connection.flush();
      answer?.({ ok: false, error: toSocketError(wire) });
    } finally {
      for (const run of afterAnswer) run();
      connection.requestAnswered();
      this.#metrics.requestAnswered(known ?? 'unknown', outcome, (performance.now() - startedAt) / 1_000);
    }
  }

  async #handle(
    connection: ClientConnection,
    name: RequestName,
    body: readonly unknown[],
    afterAnswer: (run: () => void) => void,
  ): Promise<unknown> {
    const [value, ...rest] = body;
    const { messageBytes } = this.#context.limits;
    const bytes = payloadWeight(value, messageBytes);
    const forReceivers = this.#costOfReceivers(connection, name);
    const forBytes = Math.min(bytes, 2 * messageBytes) / BYTES_A_REQUEST;
    connection.requests.charge(forBytes + forReceivers + PRICES[name].extra);
    this.#addressRequests.charge(connection.address, forReceivers);
    if (bytes > messageBytes) throw new WireRefusal('TOO_LARGE', 'This request is larger than any may be.');
    const parsed = requests[name].request.safeParse(value);
    if (!parsed.success || rest.length > 0) {
      const problems = parsed.error ? z.prettifyError(parsed.error) : 'a request has one body';
      throw new WireRefusal(
        'INVALID',
        `This request does not fit the protocol: ${problems}`.slice(0, MESSAGE_CHARACTERS),
      );
    }
    const handler = handlers[name] as unknown as Handler<RequestName>;
    const result = await handler({ request: parsed.data, connection, context: this.#context, afterAnswer });
    // Fields that the schema does not name stay on the server [S2].
    const encoded = z.encode(requests[name].response as z.ZodType, result) as object;
    const isEntry = name === 'join' || name === 'resume';
    return connection.protocol === 2 && isEntry ? toEntryAnswer2(result as EntryAnswer, encoded) : encoded;
  }

  #costOfReceivers({ roomId }: ClientConnection, name: RequestName): number {
    const { connectedPeople, limits } = this.#context;
    return priceOfReceivers(name, connectedPeople.seated(roomId).size, limits.receiversPerRequest);
  }

  #limit(connection: ClientConnection): void {
    const { clock, limits } = this.#context;
    const now = clock.now();
    const isWithin =
      connection.requests.take(now) &&
      connection.inFlight <= limits.requestsInFlight &&
      this.#addressRequests.take(connection.address);
    if (isWithin) return;
    if (!connection.excess.take(now)) connection.cutOff();
    throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many requests at once. Wait a second.');
  }

  #toWireError(error: unknown, { participantId, roomId }: ClientConnection, request: string): WireError {
    const wire = toWireError(error);
    if (wire) {
      if (error instanceof Error && error.cause !== undefined) {
        this.#context.logger.debug({ err: error.cause, participantId, roomId }, 'a request is refused');
      }
      return wire;
    }
    this.#context.logger.error(
      { err: error, request: request.slice(0, 64), participantId, roomId },
      'a request failed',
    );
    return INTERNAL;
  }
}

function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requests, name);
}
