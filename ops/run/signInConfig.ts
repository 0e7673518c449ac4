import { isLoopback } from '../../core/reencoding/isLoopback.ts';
import { Secret } from './Secret.ts';
import type { Settings } from './settings/settings.ts';

/** Where people sign in. */
export interface SignInConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret | null;
  readonly scopes: string;
  readonly claims: {
    readonly name: string;
    readonly hosts: { readonly claim: string; readonly values: readonly string[] } | null;
  };
  readonly sessionMs: number;
}

export function signInProblems(set: Settings): string[] {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = set;
  const problems: string[] = [];
  if (!issuer !== !clientId) {
    const missing = clientId ? 'OIDC_ISSUER' : 'OIDC_CLIENT_ID';
    problems.push(`${missing} must be set too: OIDC_ISSUER and OIDC_CLIENT_ID belong together`);
  }
  if (set.OPEN_ROOM_CREATION === 'signed-in' && !issuer) {
    problems.push('OPEN_ROOM_CREATION signed-in needs OIDC_ISSUER: nobody can sign in without it');
  }
  if (issuer?.startsWith('http:') && !isOwnMachine(new URL(issuer).hostname)) {
    problems.push('OIDC_ISSUER must begin with https: whoever listens in between could sign in as anybody');
  }
  return problems;
}

/** Returns null where nobody signs in. */
export function signInConfig(set: Settings): SignInConfig | null {
  if (!set.OIDC_ISSUER || !set.OIDC_CLIENT_ID) return null;
  return {
    issuer: set.OIDC_ISSUER,
    clientId: set.OIDC_CLIENT_ID,
    clientSecret: set.OIDC_CLIENT_SECRET ? new Secret(set.OIDC_CLIENT_SECRET) : null,
    scopes: set.OIDC_SCOPES,
    claims: { name: set.OIDC_NAME_CLAIM, hosts: set.OIDC_HOSTS ?? null },
    sessionMs: set.OIDC_SESSION_HOURS * 3_600_000,
  };
}

function isOwnMachine(hostname: string): boolean {
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
