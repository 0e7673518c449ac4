import { z } from 'zod';
import { hasApiKey } from '../auth/apiKey.ts';
import { baseUrl } from '../http/baseUrl.ts';
import { BodyAborted, type HttpReply, type HttpRequest } from '../http/http.ts';
import type { AddressLimits } from '../limits/AddressLimits.ts';
import { INTERNAL, toWireError, WireRefusal } from '../requests/WireRefusal.ts';
import type { Person } from '../signin/Person.ts';
import { errorReply, json } from './errorReply.ts';
import { IDEMPOTENCY_KEY, toOpenApi } from './openapi.ts';
import type { Access, Caller, RestContext, Route } from './Route.ts';
import { routes } from './routes.ts';

interface ApiDeps {
  readonly context: RestContext;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly publicUrl: string;
  readonly rest: AddressLimits;
  readonly wrongKeys: AddressLimits;
  readonly clientAddress: (request: HttpRequest) => string;
  readonly personOf: (request: HttpRequest) => Promise<Person | null>;
}

interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const NEEDS_KEY = 'This needs the API key: Basic KEY:SECRET, or Bearer SECRET.';
const OPENAPI_PATH = '/openapi.json';
/** Probes come from one address, often, and cost little. */
const UNLIMITED = new Set(['/livez', '/readyz']);

/**
 * The REST API: finds the route, checks caller and input, answers, and turns errors into `{ error: { code, message }
 * }`.
 */
export class Api {
  readonly #deps: ApiDeps;
  readonly #patterns: readonly { readonly route: Route; readonly pattern: RegExp }[];
  readonly #openApi: string;

  constructor(deps: ApiDeps) {
    this.#deps = deps;
    this.#patterns = routes.map((route) => ({
      route,
      pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
    }));
    this.#openApi = JSON.stringify(toOpenApi(routes, deps.context.version));
  }

  /** Returns null if the API has no such path. */
  async reply(request: HttpRequest): Promise<HttpReply | null> {
    const { path } = request;
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (path === OPENAPI_PATH && method === 'GET') {
      return this.#limited(request) ?? json(200, this.#openApi);
    }

    const onPath = this.#patterns.filter(({ pattern }) => pattern.test(path));
    const found = onPath.find(({ route }) => route.method === method);
    if (onPath.length === 0) {
      if (!path.startsWith('/api/') && path !== '/api') return null;
      return (
        this.#limited(request) ??
        errorReply({ code: 'NOT_FOUND', message: `There is nothing here; see ${OPENAPI_PATH}.` })
      );
    }
    if (!found) {
      const limited = this.#limited(request);
      if (limited) return limited;
      const allow = onPath.map(({ route }) => route.method).join(', ');
      const reply = errorReply({ code: 'INVALID', message: `This address takes ${allow}.` });
      return { ...reply, status: 405, headers: { ...reply.headers, allow } };
    }
    try {
      return await this.#call({ route: found.route, params: found.pattern.exec(path)?.groups ?? {} }, request);
    } catch (error) {
      return this.#errorReply(error, request, found.route);
    }
  }

  /** Answers a request that came with no network address, and is as good as one with the API key. */
  async answerOperator(method: string, path: string, body: unknown): Promise<HttpReply> {
    const { apiKey, apiSecret } = this.#deps;
    const { pathname, searchParams } = new URL(path, 'http://localhost');
    const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
    const reply = await this.reply({
      method,
      path: pathname,
      query: searchParams,
      headers: new Map([['authorization', authorization]]),
      peerAddress: '127.0.0.1',
      readBody: async () => Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      streamBody: () => new ReadableStream(),
    });
    return reply ?? errorReply({ code: 'NOT_FOUND', message: `There is nothing here; see ${OPENAPI_PATH}.` });
  }

  /** Returns the refusal of an address that asks too often; null if it may ask. */
  #limited(request: HttpRequest): HttpReply | null {
    const { clientAddress, rest } = this.#deps;
    if (rest.take(clientAddress(request))) return null;
    return errorReply({ code: 'TOO_MANY_REQUESTS', message: 'Too many requests from your network. Wait a moment.' });
  }

  async #call({ route, params }: Match, request: HttpRequest): Promise<HttpReply> {
    const { clientAddress, context, personOf, publicUrl } = this.#deps;
    const address = clientAddress(request);
    const caller = this.#authorize(route, request, address);
    const person = caller === 'anybody' ? await personOf(request) : null;
    if (caller === 'anybody') requireMayDoWithoutKey(route.access, person, context);
    const retryKey = retryKeyOf(request);
    const { status, body } = await route.handle({
      params: parse(route.params, decoded(params)),
      query: parse(route.query, Object.fromEntries(request.query)),
      body: route.body ? parse(route.body, await readJson(request)) : {},
      caller,
      person,
      address,
      commandId: caller === 'operator' && retryKey !== undefined ? `rest:${retryKey}` : context.newId(),
      retryKey,
      nodeUrl: baseUrl(publicUrl, request.headers.get('host'), request.headers.get('x-forwarded-proto')),
      context,
    });
    const response = route.responses[status];
    if (!response) throw new Error(`${route.operationId} answered ${status}, which it does not describe.`);
    // Fields that the schema does not name stay on the server [S2].
    const checked = response.schema.parse(body);
    const headers = { 'content-type': route.contentType, 'cache-control': 'no-store' };
    return { status, headers, body: typeof checked === 'string' ? checked : JSON.stringify(checked) };
  }

  #authorize(route: Route, request: HttpRequest, address: string): Caller {
    const { apiKey, apiSecret, context, rest, wrongKeys } = this.#deps;
    const authorization = request.headers.get('authorization');
    if (authorization !== undefined && route.access !== 'everybody') {
      // The key is too long to be guessed: whoever has it is let in, whatever others at its address do.
      if (hasApiKey(authorization, apiKey, apiSecret)) return 'operator';
      if (!wrongKeys.take(address)) {
        throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many wrong API keys from your network. Wait a minute.');
      }
      throw new WireRefusal('TOKEN_INVALID', 'This API key or secret is wrong.');
    }
    if (route.access === 'operator') throw new WireRefusal('TOKEN_INVALID', NEEDS_KEY);
    if (route.access !== 'everybody' && context.isBusy()) {
      throw new WireRefusal('BUSY', 'This node is very busy. Try again in a moment.');
    }
    if (!UNLIMITED.has(route.path) && !rest.take(address)) {
      throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many requests from your network. Wait a moment.');
    }
    return 'anybody';
  }

  #errorReply(error: unknown, request: HttpRequest, { operationId }: Route): HttpReply {
    // The client is gone and reads no reply.
    if (error instanceof BodyAborted) return errorReply({ code: 'INVALID', message: error.message });
    const wire = toWireError(error);
    if (wire) return errorReply(wire);
    this.#deps.context.logger.error({ err: error, method: request.method, operationId }, 'a REST request failed');
    return errorReply(INTERNAL);
  }
}

function retryKeyOf({ headers }: HttpRequest): string | undefined {
  const key = headers.get(IDEMPOTENCY_KEY);
  if (key !== undefined && !/^[\x21-\x7e]{1,100}$/.test(key)) {
    throw new WireRefusal('INVALID', 'An Idempotency-Key has 1 to 100 printable characters without spaces.');
  }
  return key;
}

/** @throws WireRefusal when the deployment lets nobody do it, or only those who have signed in */
function requireMayDoWithoutKey(access: Access, person: Person | null, context: RestContext): void {
  const { canSignIn, guestAccess, openRoomCreation } = context;
  const open = openRoomCreation === true || (openRoomCreation === 'signed-in' && person !== null);
  const allowed = { everybody: true, operator: false, open, guests: guestAccess || person !== null };
  if (allowed[access]) return;
  const signingInHelps = canSignIn && person === null && (access === 'guests' || openRoomCreation === 'signed-in');
  if (signingInHelps) throw new WireRefusal('GUESTS_REFUSED', 'Sign in first.');
  throw new WireRefusal('TOKEN_INVALID', NEEDS_KEY);
}

function decoded(params: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch (error) {
    throw new WireRefusal('INVALID', 'The address is not well formed.', { cause: error });
  }
}

function parse<T extends z.ZodObject>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new WireRefusal('INVALID', z.prettifyError(parsed.error).slice(0, 500));
  return parsed.data;
}

/** No body counts as an empty object. */
async function readJson(request: HttpRequest): Promise<unknown> {
  const body = await request.readBody();
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new WireRefusal('INVALID', 'The body is not JSON.', { cause: error });
  }
}
