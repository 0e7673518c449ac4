import * as oidc from 'openid-client';
import type { Logger } from '../../core/ports.ts';
import type { SignIn } from './SignInStates.ts';
import { type ClaimRules, type Claims, isWhole } from './toPerson.ts';

export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a client that has none and proves itself by PKCE alone. */
  readonly clientSecret: { reveal(): string } | null;
  readonly scopes: string;
  readonly claims: ClaimRules;
}

/** The provider cannot be used now; the message says why, and what an operator can do. */
export class ProviderUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProviderUnavailable';
  }
}

/** What the provider publishes of itself is read again after so long. */
const KNOWN_MS = 3_600_000;
const TIMEOUT_SECONDS = 10;
/** Clocks of providers differ from ours. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** The identity provider (OpenID Connect). The only place that knows `openid-client`. */
export class IdentityProvider {
  readonly #settings: ProviderSettings;
  readonly #now: () => number;
  #known: { readonly config: oidc.Configuration; readonly until: number } | null = null;
  #discovering: Promise<oidc.Configuration> | null = null;

  /** `now`: of this machine, in ms. */
  constructor(settings: ProviderSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** Says in the log whether people can sign in, and does not wait for that. */
  check(logger: Logger): void {
    const { issuer } = this.#settings;
    this.#configuration().then(
      () => logger.info({ issuer }, 'people can sign in'),
      (error: unknown) => logger.warn({ err: error }, 'nobody can sign in until this works; meetings go on'),
    );
  }

  /** Where the person signs in. @throws ProviderUnavailable */
  async addressFor({ state, nonce, verifier }: SignIn, redirectUri: string): Promise<string> {
    const address = oidc.buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: redirectUri,
      scope: this.#settings.scopes,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return address.href;
  }

  /**
   * Returns what the provider says of whoever came back with this address.
   * @throws ProviderUnavailable
   * @throws Error when the provider, or what it says, does not hold
   */
  async claimsOf(cameBackTo: URL, { state, nonce, verifier }: SignIn): Promise<Claims> {
    const config = await this.#configuration();
    try {
      const tokens = await oidc.authorizationCodeGrant(config, cameBackTo, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims: Claims | undefined = tokens.claims();
      if (!claims) throw new Error('The provider gave no ID token.');
      if (isWhole(claims, this.#settings.claims) || !config.serverMetadata().userinfo_endpoint) return claims;
      return { ...(await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
    } catch (error) {
      throw toUnavailable(error) ?? error;
    }
  }

  /** Where the person signs out of the provider too; null if it has no such place, or cannot be reached. */
  async signOutAddress(returnUri: string): Promise<string | null> {
    try {
      const config = await this.#configuration();
      if (!config.serverMetadata().end_session_endpoint) return null;
      return oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: returnUri }).href;
    } catch (error) {
      if (error instanceof ProviderUnavailable) return null;
      throw error;
    }
  }

  async #configuration(): Promise<oidc.Configuration> {
    if (this.#known && this.#now() < this.#known.until) return this.#known.config;
    this.#discovering ??= this.#discover().finally(() => {
      this.#discovering = null;
    });
    try {
      return await this.#discovering;
    } catch (error) {
      // What was known is better than nothing.
      if (this.#known) return this.#known.config;
      throw error;
    }
  }

  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const url = new URL(issuer);
    const insecure = url.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
    try {
      const found = await oidc.discovery(url, clientId, undefined, oidc.None(), {
        execute: insecure,
        timeout: TIMEOUT_SECONDS,
      });
      const server = found.serverMetadata();
      const metadata = { [oidc.clockTolerance]: CLOCK_TOLERANCE_SECONDS };
      const config = new oidc.Configuration(server, clientId, metadata, proofOf(server, clientSecret));
      config.timeout = TIMEOUT_SECONDS;
      for (const apply of [...insecure, oidc.enableNonRepudiationChecks]) apply(config);
      this.#known = { config, until: this.#now() + KNOWN_MS };
      return config;
    } catch (error) {
      throw new ProviderUnavailable(whatToDo(issuer, error), { cause: error });
    }
  }
}

/** The secret goes in the header unless the provider takes it in the body alone. */
function proofOf(
  { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] }: oidc.ServerMetadata,
  secret: ProviderSettings['clientSecret'],
): oidc.ClientAuth {
  if (secret === null) return oidc.None();
  const inBody = !methods.includes('client_secret_basic') && methods.includes('client_secret_post');
  return inBody ? oidc.ClientSecretPost(secret.reveal()) : oidc.ClientSecretBasic(secret.reveal());
}

/** Returns null unless the provider is away, or does not know this client. */
function toUnavailable(error: unknown): ProviderUnavailable | null {
  const isSilent = error instanceof TypeError || (error instanceof oidc.ClientError && error.code === 'OAUTH_TIMEOUT');
  if (isSilent) return new ProviderUnavailable(`the provider does not answer: ${reasonsOf(error)}`, { cause: error });
  const isForeign =
    error instanceof oidc.WWWAuthenticateChallengeError ||
    (error instanceof oidc.ResponseBodyError && /_client$/.test(error.error));
  if (!isForeign) return null;
  const what = 'the provider does not take this server for its client: check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET';
  return new ProviderUnavailable(what, { cause: error });
}

function whatToDo(issuer: string, error: unknown): string {
  return (
    `OIDC_ISSUER ${issuer} cannot be used: ${reasonsOf(error)}. It is the address before ` +
    '/.well-known/openid-configuration, letter by letter as the provider writes it; this server must reach it, and trust ' +
    'its certificate (NODE_EXTRA_CA_CERTS)'
  );
}

/** As far down as they are known. */
function reasonsOf(error: unknown): string {
  const reasons: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : '';
    reasons.push(code === '' || cause.message.includes(code) ? cause.message : `${cause.message} (${code})`);
  }
  return reasons.join(': ');
}
