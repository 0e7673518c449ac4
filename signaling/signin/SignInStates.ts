import { createHash, createHmac, randomBytes } from 'node:crypto';
import { decodeProtectedHeader, EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { keyIdOf } from '../auth/tokens.ts';

/** How long somebody may take at the provider. */
export const SIGN_IN_SECONDS = 15 * 60;
const CLOCK_TOLERANCE_SECONDS = 5;

/** What a sign-in that is under way needs when the person comes back. */
export interface SignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where the person came from, a path of the page. */
  readonly returnPath: string;
}

const payload = z.object({ jti: z.string(), browser: z.string(), to: z.string() });

/**
 * Sign-ins that are under way, of which no server remembers anything: `state` goes to the provider and back, encrypted
 * because it names a room, and belongs to the browser that has the secret. Nonce and verifier (PKCE) come of both, so
 * several at once do not disturb each other, and any node can end what another began.
 */
export class SignInStates {
  readonly #keyId: string;
  readonly #keys: ReadonlyMap<string, Uint8Array>;
  readonly #now: () => number;

  /** The first secret encrypts, all decrypt. */
  constructor(secrets: readonly [string, ...string[]], now: () => number) {
    this.#keyId = keyIdOf(secrets[0]);
    this.#keys = new Map(secrets.map((secret) => [keyIdOf(secret), keyOf(secret)]));
    this.#now = now;
  }

  async begin(browserSecret: string, returnPath: string): Promise<SignIn> {
    const id = randomBytes(16).toString('base64url');
    const state = await new EncryptJWT({ browser: hash(browserSecret), to: returnPath })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: this.#keyId })
      .setJti(id)
      .setExpirationTime(Math.ceil(this.#now() / 1_000) + SIGN_IN_SECONDS)
      .encrypt(this.#keys.get(this.#keyId) as Uint8Array);
    return this.#signIn(state, id, browserSecret, returnPath);
  }

  /** Returns null if this browser began no such sign-in, or too long ago. */
  async resume(state: string, browserSecret: string): Promise<SignIn | null> {
    try {
      const key = this.#keys.get(decodeProtectedHeader(state).kid ?? '');
      if (!key) return null;
      const decrypted = await jwtDecrypt(state, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(this.#now()),
        requiredClaims: ['exp', 'jti'],
      });
      const { jti, browser, to } = payload.parse(decrypted.payload);
      return browser === hash(browserSecret) ? this.#signIn(state, jti, browserSecret, to) : null;
    } catch {
      return null; // Not ours, or expired.
    }
  }

  #signIn(state: string, id: string, browserSecret: string, returnPath: string): SignIn {
    const derive = (what: string) => createHmac('sha256', browserSecret).update(`${what}:${id}`).digest('base64url');
    return { state, nonce: derive('nonce'), verifier: derive('verifier'), returnPath };
  }
}

function keyOf(secret: string): Uint8Array {
  return createHmac('sha256', secret).update('everroom:sign-in').digest();
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
