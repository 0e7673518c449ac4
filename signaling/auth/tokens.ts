import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { Grants, Id, Role } from '../protocol/shapes.ts';
import { WireRefusal } from '../requests/WireRefusal.ts';
import type { Person } from '../signin/Person.ts';

/** Lets its holder join one room as one participant. */
export interface JoinClaims {
  readonly kind: 'join';
  readonly roomId: string;
  readonly participantId: string;
  readonly role: Role;
  /** The participant's name, whatever the client says. */
  readonly name: string | undefined;
  /** It was given without the API key. */
  readonly anonymous: boolean;
  /** What the participant may do; null follows the room. */
  readonly grants: Grants | null;
  /** Who has signed in: `Person.id`. */
  readonly account: string | undefined;
  /** When it was signed (ms since the epoch). */
  readonly issuedAt: number;
}

/** What a join token is signed for. */
export type JoinGrant = Pick<JoinClaims, 'roomId' | 'participantId' | 'role' | 'name'> &
  Partial<Pick<JoinClaims, 'anonymous' | 'grants' | 'account'>>;

/** Lets its holder come back as a participant who is in the room. */
export interface ResumeClaims {
  readonly kind: 'resume';
  readonly roomId: string;
  readonly participantId: string;
  readonly issuedAt: number;
}

/** Lets its holder read one file. */
export interface FileClaims {
  readonly roomId: string;
  readonly participantId: string;
  readonly fileId: string;
  readonly issuedAt: number;
}

export type TokenClaims = JoinClaims | ResumeClaims;

/** The audience is signed, so one kind of token never passes for the other. */
const AUDIENCE = {
  join: 'everroom:join',
  resume: 'everroom:resume',
  file: 'everroom:file',
  person: 'everroom:person',
} as const;
/** The token is worth nothing once its participant has left the room, so it may outlast any meeting. */
const RESUME_TTL_SECONDS = 7 * 24 * 3_600;
/** A browser follows the link at once. */
const FILE_TTL_SECONDS = 60;
/** The nodes' clocks differ. */
const CLOCK_TOLERANCE_SECONDS = 5;

const payloads = z.discriminatedUnion('aud', [
  z.object({
    aud: z.literal(AUDIENCE.join),
    sub: Id,
    room: Id,
    role: Role,
    name: z.string().max(256).optional(),
    anonymous: z.boolean().default(false),
    grants: Grants.nullable().default(null),
    account: z.string().max(256).optional(),
    iat: z.number(),
  }),
  z.object({ aud: z.literal(AUDIENCE.resume), sub: Id, room: Id, iat: z.number() }),
]);

const personPayload = z.object({
  aud: z.literal(AUDIENCE.person),
  sub: z.string(),
  name: z.string(),
  host: z.boolean(),
  /** The provider's client that vouched for the person. */
  by: z.string(),
});

const filePayload = z.object({ aud: z.literal(AUDIENCE.file), sub: Id, room: Id, file: Id, iat: z.number() });

/**
 * Signs with one secret and verifies with several, the same on every node: so a new secret takes over while tokens of
 * the old one are about. The header's `kid` says which; tokens of older versions have none.
 */
export class Tokens {
  readonly #keyId: string;
  readonly #key: KeyObject;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #now: () => number;

  /** `now`: ms since the epoch, the same on every node. `oldSecrets` only verify. */
  constructor(secret: string, now: () => number = Date.now, oldSecrets: readonly string[] = []) {
    const keys = [secret, ...oldSecrets].map((text) => [keyIdOf(text), createSecretKey(text, 'utf8')] as const);
    this.#keyId = keyIdOf(secret);
    this.#key = createSecretKey(secret, 'utf8');
    this.#keys = new Map(keys);
    this.#now = now;
  }

  signJoin({ roomId: room, participantId, role, name, anonymous, grants, account }: JoinGrant, ttlSeconds: number) {
    const claims = {
      room,
      role,
      ...(name !== undefined && { name }),
      ...(anonymous && { anonymous }),
      ...(account !== undefined && { account }),
    };
    return this.#sign({ ...claims, ...(grants && { grants }) }, participantId, AUDIENCE.join, ttlSeconds);
  }

  signResume({ roomId, participantId }: Pick<ResumeClaims, 'roomId' | 'participantId'>): Promise<string> {
    return this.#sign({ room: roomId }, participantId, AUDIENCE.resume, RESUME_TTL_SECONDS);
  }

  signFile({ roomId: room, participantId, fileId: file }: Omit<FileClaims, 'issuedAt'>): Promise<string> {
    return this.#sign({ room, file }, participantId, AUDIENCE.file, FILE_TTL_SECONDS);
  }

  /** `by`: the client of the provider that vouches for the person. */
  signPerson({ id, name, host }: Person, by: string, ttlSeconds: number): Promise<string> {
    return this.#sign({ name, host, by }, id, AUDIENCE.person, ttlSeconds);
  }

  /** @throws WireRefusal as `verify` does, and when another client vouched for the person */
  async verifyPerson(token: string, by: string): Promise<Person> {
    const { sub, name, host } = await this.#verified(token, (value) =>
      personPayload.extend({ by: z.literal(by) }).parse(value),
    );
    return { id: sub, name, host };
  }

  /** @throws WireRefusal as `verify` does */
  async verifyFile(token: string): Promise<FileClaims> {
    const { room, sub, file, iat } = await this.#verified(token, (value) => filePayload.parse(value));
    return { roomId: room, participantId: sub, fileId: file, issuedAt: iat * 1_000 };
  }

  /** @throws WireRefusal when the token is invalid (TOKEN_INVALID) or has expired (TOKEN_EXPIRED) */
  verify(token: string): Promise<TokenClaims> {
    return this.#verified(token, toClaims);
  }

  async #verified<T>(token: string, read: (payload: unknown) => T): Promise<T> {
    try {
      return read(await this.#payloadOf(token));
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) {
        throw new WireRefusal('TOKEN_INVALID', 'This token was not signed by this deployment.', { cause: error });
      }
      if (error instanceof errors.JWTExpired) {
        throw new WireRefusal('TOKEN_EXPIRED', 'This token has expired. Ask for a new one.', { cause: error });
      }
      throw new WireRefusal('TOKEN_INVALID', 'This token is not valid here.', { cause: error });
    }
  }

  async #payloadOf(token: string): Promise<unknown> {
    const { kid } = decodeProtectedHeader(token);
    const named = kid === undefined ? undefined : this.#keys.get(kid);
    const keys = named ? [named] : [...this.#keys.values()];
    for (const [index, key] of keys.entries()) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(this.#now()),
          requiredClaims: ['exp', 'sub', 'aud'],
        });
        return payload;
      } catch (error) {
        if (index === keys.length - 1 || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    return null;
  }

  #sign(payload: Record<string, unknown>, subject: string, audience: string, ttlSeconds: number): Promise<string> {
    const now = this.#now() / 1_000;
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256', kid: this.#keyId })
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(Math.ceil(now + ttlSeconds))
      .sign(this.#key);
  }
}

/** Names a secret without giving anything of it away. */
export function keyIdOf(secret: string): string {
  return createHash('sha256').update(`everroom:kid:${secret}`).digest('base64url').slice(0, 8);
}

function toClaims(payload: unknown): TokenClaims {
  const claims = payloads.parse(payload);
  const common = { roomId: claims.room, participantId: claims.sub, issuedAt: claims.iat * 1_000 };
  if (claims.aud === AUDIENCE.resume) return { kind: 'resume', ...common };
  const { role, name, anonymous, grants, account } = claims;
  return { kind: 'join', ...common, role, name, anonymous, grants, account };
}
