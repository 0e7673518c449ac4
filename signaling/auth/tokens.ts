import { createSecretKey, type KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { Id, Role } from '../protocol/shapes.ts';
import { WireRefusal } from '../requests/WireRefusal.ts';

/** Lets its holder join one room as one participant. */
export interface JoinClaims {
  readonly kind: 'join';
  readonly roomId: string;
  readonly participantId: string;
  readonly role: Role;
  /** The participant's name, whatever the client says. */
  readonly name: string | undefined;
}

/** Lets its holder come back as a participant who is in the room. */
export interface ResumeClaims {
  readonly kind: 'resume';
  readonly roomId: string;
  readonly participantId: string;
}

export type TokenClaims = JoinClaims | ResumeClaims;

/** The audience is signed, so one kind of token never passes for the other. */
const AUDIENCE = { join: 'everroom:join', resume: 'everroom:resume' } as const;
/** The token is worth nothing once its participant has left the room, so it may outlast any meeting. */
const RESUME_TTL_SECONDS = 7 * 24 * 3_600;
/** The nodes' clocks differ. */
const CLOCK_TOLERANCE_SECONDS = 5;

const payloads = z.discriminatedUnion('aud', [
  z.object({
    aud: z.literal(AUDIENCE.join),
    sub: Id,
    room: Id,
    role: Role,
    name: z.string().max(256).optional(),
  }),
  z.object({ aud: z.literal(AUDIENCE.resume), sub: Id, room: Id }),
]);

/** Signs and verifies with one secret, the same on every node. */
export class Tokens {
  readonly #key: KeyObject;
  readonly #now: () => number;

  /** `now`: ms since the epoch, the same on every node. */
  constructor(secret: string, now: () => number = Date.now) {
    this.#key = createSecretKey(secret, 'utf8');
    this.#now = now;
  }

  signJoin(claims: Omit<JoinClaims, 'kind'>, ttlSeconds: number): Promise<string> {
    const { roomId: room, participantId, role, name } = claims;
    return this.#sign(
      { room, role, ...(name === undefined ? {} : { name }) },
      participantId,
      AUDIENCE.join,
      ttlSeconds,
    );
  }

  signResume({ roomId, participantId }: Omit<ResumeClaims, 'kind'>): Promise<string> {
    return this.#sign({ room: roomId }, participantId, AUDIENCE.resume, RESUME_TTL_SECONDS);
  }

  /** @throws WireRefusal when the token is invalid (TOKEN_INVALID) or has expired (TOKEN_EXPIRED) */
  async verify(token: string): Promise<TokenClaims> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: ['HS256'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(this.#now()),
        requiredClaims: ['exp', 'sub', 'aud'],
      });
      return toClaims(payload);
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

  #sign(payload: Record<string, string>, subject: string, audience: string, ttlSeconds: number): Promise<string> {
    const now = Math.floor(this.#now() / 1_000);
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + ttlSeconds)
      .sign(this.#key);
  }
}

function toClaims(payload: unknown): TokenClaims {
  const claims = payloads.parse(payload);
  return claims.aud === AUDIENCE.join
    ? { kind: 'join', roomId: claims.room, participantId: claims.sub, role: claims.role, name: claims.name }
    : { kind: 'resume', roomId: claims.room, participantId: claims.sub };
}
