import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

export const CLIENT_ID = 'everroom';
export const CLIENT_SECRET = 'the-secret-of-this-client-at-the-provider';

/** A real identity provider on this machine. It asks nothing: whoever comes is `signsIn`, or null says no. */
export class SignInProvider {
  signsIn: string | null = 'ann';
  readonly people = new Map<string, Record<string, unknown>>([['ann', { name: 'Ann Archer' }]]);
  readonly issuer: string;
  readonly #server: Server;

  private constructor(issuer: string, server: Server) {
    this.issuer = issuer;
    this.#server = server;
  }

  /** `cameBackTo`: where the client may send people, and `/` of the same sites after signing out. */
  static async start(cameBackTo: readonly string[], port = 0): Promise<SignInProvider> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const started = new SignInProvider(issuer, server);
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          redirect_uris: cameBackTo,
          post_logout_redirect_uris: cameBackTo.map((uri) => new URL('/', uri).href),
        },
      ],
      claims: { openid: ['sub'], profile: ['name', 'groups'] },
      cookies: { keys: ['a key for the cookies of the provider'] },
      jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig' }] },
      features: { devInteractions: { enabled: false } },
      pkce: { required: () => true },
      ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 60, Interaction: 600, Session: 600 },
      findAccount: (_: unknown, accountId: string) => ({
        accountId,
        claims: () => ({ sub: accountId, ...started.people.get(accountId) }),
      }),
      loadExistingGrant: async ({ oidc }: ProviderContext) => {
        const grant = new provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
        grant.addOIDCScope('openid profile');
        await grant.save();
        return grant;
      },
      interactions: { url: () => '/interaction' },
    });
    const answer = provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === '/interaction') void started.#finish(provider, request, response);
      else answer(request, response);
    });
    return started;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #finish(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await provider.interactionDetails(request, response);
    const { signsIn } = this;
    const result = signsIn === null ? { error: 'access_denied' } : { login: { accountId: signsIn } };
    await provider.interactionFinished(request, response, result);
  }
}

interface ProviderContext {
  readonly oidc: {
    readonly session: { readonly accountId: string };
    readonly client: { readonly clientId: string };
  };
}
