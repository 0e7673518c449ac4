/** The server's REST interface, as far as the page uses it. */

/** The server's refusal, or UNREACHABLE if the server cannot be reached. */
class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiError';
    this.code = code;
  }
}

export interface JoinPass {
  readonly roomId: string;
  readonly token: string;
}

/** A creation whose outcome is not known: trying again must not make a second room. */
let creating: { readonly name: string; readonly key: string } | null = null;

/** Creates a room; the pass lets its creator in as host. */
export async function createRoom(name: string): Promise<JoinPass> {
  if (creating?.name !== name) creating = { name, key: randomKey() };
  const answer = await post('/api/rooms', name === '' ? {} : { name }, { 'idempotency-key': creating.key });
  creating = null;
  return toPass(answer);
}

export async function mintToken(roomId: string): Promise<JoinPass> {
  return toPass(await post(`/api/rooms/${encodeURIComponent(roomId)}/tokens`, {}));
}

/** Opens a room for a test of the connection; returns the tokens of its participants. */
export async function openConnectionTest(): Promise<string[]> {
  const tokens = field(await post('/api/connection-tests', {}), 'tokens');
  return Array.isArray(tokens) ? tokens.filter((token) => typeof token === 'string') : [];
}

/** Returns whether anybody may create rooms here; true if that cannot be found out, since the attempt shows it. */
export async function mayCreateRooms(): Promise<boolean> {
  try {
    const response = await fetch('/api/config');
    return field(await response.json(), 'openRoomCreation') !== false;
  } catch {
    return true;
  }
}

/** Signing in, where people can. */
export interface SignInState {
  /** Who has signed in in this browser. */
  readonly person: { readonly name: string } | null;
  /** Whether people who have signed in may create rooms. */
  readonly creates: boolean;
}

/** Returns null where nobody can sign in, or if that cannot be found out. */
export async function readSignIn(): Promise<SignInState | null> {
  try {
    const signIn = field(await (await fetch('/api/config')).json(), 'signIn');
    if (typeof signIn !== 'object' || signIn === null) return null;
    const name = field(field(signIn, 'person'), 'name');
    return { person: typeof name === 'string' ? { name } : null, creates: field(signIn, 'creates') === true };
  } catch {
    return null;
  }
}

/** Ends the session here; returns where the person signs out of the provider too, if there is such a place. */
export async function endSignIn(): Promise<string | null> {
  const response = await send('/sign-out', { method: 'POST' });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw toApiError(answer);
  const signOutAt = field(answer, 'signOutAt');
  return typeof signOutAt === 'string' ? signOutAt : null;
}

/** Returns the origins whose pages may show this one in a frame; none if that cannot be found out. */
export async function framingOrigins(): Promise<string[]> {
  try {
    const origins = field(await (await fetch('/api/config')).json(), 'frameAncestors');
    return Array.isArray(origins) ? origins.filter((origin) => typeof origin === 'string') : [];
  } catch (error) {
    console.warn('the site around this page cannot steer it', error);
    return [];
  }
}

/** Returns whether the server answers; a proxy that does not reach it is no answer. */
export async function serverAnswers(): Promise<boolean> {
  try {
    return (await fetch('/api/config')).ok;
  } catch {
    return false;
  }
}

/** A busy server says when to ask again; after this many times the person decides. */
const BUSY_RETRIES = 5;

async function post(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  retries = BUSY_RETRIES,
): Promise<unknown> {
  const response = await send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null); // A proxy's error page is not JSON.
  if (retries > 0 && field(field(answer, 'error'), 'code') === 'BUSY') {
    const waitMs = 1_000 * (Number(response.headers.get('retry-after')) || 1);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return post(path, body, headers, retries - 1);
  }
  if (!response.ok) throw toApiError(answer);
  return answer;
}

function toPass(answer: unknown): JoinPass {
  const roomId = field(answer, 'roomId');
  const token = field(answer, 'token');
  if (typeof roomId !== 'string' || typeof token !== 'string')
    throw new ApiError('INTERNAL', 'An answer without a token');
  return { roomId, token };
}

/** `crypto.randomUUID` is missing on plain http pages. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function send(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request);
  } catch (error) {
    throw new ApiError('UNREACHABLE', 'No answer', { cause: error });
  }
}

function toApiError(answer: unknown): ApiError {
  const error = field(answer, 'error');
  const code = field(error, 'code');
  const message = field(error, 'message');
  // An answer without a code is not from our server, but from a proxy that did not reach it.
  return new ApiError(typeof code === 'string' ? code : 'UNREACHABLE', typeof message === 'string' ? message : '');
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
