import { createHash, randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Logger } from '../../core/ports.ts';
import type { Tokens } from '../auth/tokens.ts';
import { baseUrl } from '../http/baseUrl.ts';
import type { HttpReply, HttpRequest } from '../http/http.ts';
import { toReturnPath } from '../http/pageAddresses.ts';
import type { AddressLimits } from '../limits/AddressLimits.ts';
import { errorReply, json } from '../rest/errorReply.ts';
import type { countSignIns, SignInFailure } from './countSignIns.ts';
import { IdentityProvider, type ProviderSettings, ProviderUnavailable } from './IdentityProvider.ts';
import type { Person } from './Person.ts';
import { SIGN_IN_SECONDS, type SignInStates } from './SignInStates.ts';
import { toPerson } from './toPerson.ts';

export interface SignInSettings extends ProviderSettings {
  /** How long somebody stays signed in. */
  readonly sessionMs: number;
}

interface SignInDeskDeps {
  readonly settings: SignInSettings;
  readonly tokens: Tokens;
  readonly states: SignInStates;
  readonly requests: AddressLimits;
  readonly clientAddress: (request: HttpRequest) => string;
  readonly publicUrl: string;
  readonly count: ReturnType<typeof countSignIns>;
  readonly logger: Logger;
}

const BEGIN = '/sign-in';
const CAME_BACK = '/sign-in/callback';
const SIGN_OUT = '/sign-out';
const FAILED = '/sign-in/failed';
const BROWSER_SECRET = /^[\w-]{43}$/;

/** Signs people in and out. A signed cookie says who somebody is, so that any node and any later server knows it. */
export class SignInDesk {
  readonly #deps: SignInDeskDeps;
  readonly #provider: IdentityProvider;
  /** Names issuer and client: a session that another one vouched for is none. */
  readonly #by: string;

  constructor(deps: SignInDeskDeps) {
    const { issuer, clientId } = deps.settings;
    this.#deps = deps;
    this.#provider = new IdentityProvider(deps.settings, () => performance.now());
    this.#by = createHash('sha256')
      .update(JSON.stringify([issuer, clientId]))
      .digest('base64url')
      .slice(0, 22);
  }

  start(): void {
    this.#provider.check(this.#deps.logger);
  }

  /** Returns who sends this request; null if nobody has signed in, or another site makes the browser send it. */
  async personOf(request: HttpRequest): Promise<Person | null> {
    const token = this.#cookies(request).person;
    if (token === undefined || !this.#isOwn(request)) return null;
    return this.#deps.tokens.verifyPerson(token, this.#by).catch(() => null);
  }

  /** Returns null if the address is not one of signing in. */
  async reply(request: HttpRequest): Promise<HttpReply | null> {
    const { method, path } = request;
    const handle = new Map([
      [`GET ${BEGIN}`, () => this.#begin(request)],
      [`GET ${CAME_BACK}`, () => this.#cameBack(request)],
      [`POST ${SIGN_OUT}`, () => this.#signOut(request)],
    ]).get(`${method} ${path}`);
    if (!handle) return null;
    if (this.#deps.requests.take(this.#deps.clientAddress(request))) return handle();
    return errorReply({ code: 'TOO_MANY_REQUESTS', message: 'Too many sign-ins from your network. Wait a moment.' });
  }

  async #begin(request: HttpRequest): Promise<HttpReply> {
    const returnPath = toReturnPath(request.query.get('to'));
    const known = this.#cookies(request).browser;
    const secret = known !== undefined && BROWSER_SECRET.test(known) ? known : randomBytes(32).toString('base64url');
    try {
      const signIn = await this.#deps.states.begin(secret, returnPath);
      const address = await this.#provider.addressFor(signIn, this.#url(request, CAME_BACK));
      return redirect(address, this.#setCookie(request, 'browser', secret, SIGN_IN_SECONDS));
    } catch (error) {
      return this.#failed(error, returnPath);
    }
  }

  async #cameBack(request: HttpRequest): Promise<HttpReply> {
    const { query } = request;
    const browser = this.#cookies(request).browser ?? '';
    const signIn = await this.#deps.states.resume(query.get('state') ?? '', browser);
    if (!signIn) return this.#failure('late', '/');
    const { returnPath } = signIn;
    try {
      if (query.has('error')) return this.#refused(query, returnPath);
      const cameBackTo = new URL(`${this.#url(request, CAME_BACK)}?${query}`);
      const claims = await this.#provider.claimsOf(cameBackTo, signIn);
      const person = toPerson(claims, this.#deps.settings.claims);
      if (!person) {
        const { name } = this.#deps.settings.claims;
        const has = Object.keys(claims);
        this.#deps.logger.warn(
          { has },
          `somebody who signed in has no claim ${name}: set OIDC_NAME_CLAIM or OIDC_SCOPES`,
        );
        return this.#failure('nameless', returnPath);
      }
      const seconds = Math.ceil(this.#deps.settings.sessionMs / 1_000);
      const token = await this.#deps.tokens.signPerson(person, this.#by, seconds);
      this.#deps.count('OK');
      return redirect(returnPath, this.#setCookie(request, 'person', token, seconds));
    } catch (error) {
      return this.#failed(error, returnPath);
    }
  }

  async #signOut(request: HttpRequest): Promise<HttpReply> {
    if (!this.#isOwn(request)) return errorReply({ code: 'FORBIDDEN', message: 'Only the page signs people out.' });
    const signOutAt = await this.#provider.signOutAddress(this.#url(request, '/'));
    const reply = json(200, JSON.stringify({ signOutAt }));
    return { ...reply, headers: { ...reply.headers, 'set-cookie': this.#setCookie(request, 'person', '', 0) } };
  }

  #refused(query: URLSearchParams, returnPath: string): HttpReply {
    const reason = (query.get('error') ?? '').slice(0, 100);
    // People who change their mind are no news.
    if (reason !== 'access_denied') this.#deps.logger.warn({ reason }, 'the identity provider refused a sign-in');
    return this.#failure('refused', returnPath);
  }

  #failed(error: unknown, returnPath: string): HttpReply {
    if (error instanceof ProviderUnavailable) {
      this.#deps.logger.warn({ err: error }, 'nobody can sign in now; meetings go on');
      return this.#failure('unavailable', returnPath);
    }
    this.#deps.logger.warn({ err: error }, 'a sign-in was refused: what the identity provider said does not hold');
    return this.#failure('invalid', returnPath);
  }

  #failure(why: SignInFailure, returnPath: string): HttpReply {
    this.#deps.count(why);
    return redirect(`${FAILED}?${new URLSearchParams({ why, to: returnPath })}`);
  }

  /** Other sites, also those of the same domain, cannot use the cookie. */
  #isOwn({ headers }: HttpRequest): boolean {
    const site = headers.get('sec-fetch-site');
    return site === undefined || site === 'same-origin' || site === 'none';
  }

  #url({ headers }: HttpRequest, path: string): string {
    return baseUrl(this.#deps.publicUrl, headers.get('host'), headers.get('x-forwarded-proto')) + path;
  }

  #isSecure(request: HttpRequest): boolean {
    return this.#url(request, '').startsWith('https:');
  }

  #cookies(request: HttpRequest): { readonly person: string | undefined; readonly browser: string | undefined } {
    const cookies = parseCookie(request.headers.get('cookie') ?? '');
    const secure = this.#isSecure(request);
    return { person: cookies[nameOf('person', secure)], browser: cookies[nameOf('browser', secure)] };
  }

  #setCookie(request: HttpRequest, kind: Kept, value: string, maxAge: number): string {
    const secure = this.#isSecure(request);
    const name = nameOf(kind, secure);
    return stringifySetCookie({ name, value, maxAge, secure, path: '/', httpOnly: true, sameSite: 'lax' });
  }
}

type Kept = 'person' | 'browser';

/** Under TLS no other host of the domain can set a cookie of this name. */
function nameOf(kind: Kept, secure: boolean): string {
  return `${secure ? '__Host-' : ''}everroom-${kind}`;
}

function redirect(location: string, cookie?: string): HttpReply {
  const headers = { location, 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8' };
  return { status: 303, headers: { ...headers, ...(cookie && { 'set-cookie': cookie }) }, body: '' };
}
