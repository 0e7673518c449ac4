import { createSecretKey, type KeyObject } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { SIDECAR_TOKEN_AUDIENCE, type SidecarHello, type SidecarRefusal } from '../../../core/reencoding/messages.ts';
import type { NodeId } from '../../../core/room/state.ts';

/** A token is for one connection: a longer-lived one does not come from a sidecar. */
const LONGEST_TTL_SECONDS = 60;
/** The hosts' clocks differ. */
const CLOCK_TOLERANCE_SECONDS = 5;

const Claims = z.object({ sub: z.string(), node: z.string(), exp: z.number() });

export class SidecarRefused extends Error {
  readonly code: SidecarRefusal['code'];

  constructor(code: SidecarRefusal['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SidecarRefused';
    this.code = code;
  }
}

/**
 * Checks that a token was signed with the secret that nodes and sidecars share, for this node and by the sidecar that
 * shows it.
 */
export class SidecarTokens {
  readonly #key: KeyObject;
  readonly #nodeId: NodeId;
  readonly #now: () => number;

  constructor(secret: string, nodeId: NodeId, now: () => number) {
    this.#key = createSecretKey(secret, 'utf8');
    this.#nodeId = nodeId;
    this.#now = now;
  }

  /** @throws SidecarRefused when the token is not valid here */
  async verify({ token, sidecarId }: SidecarHello): Promise<void> {
    const claims = await this.#claims(token);
    if (claims.exp > this.#now() / 1_000 + LONGEST_TTL_SECONDS + CLOCK_TOLERANCE_SECONDS) {
      throw new SidecarRefused('TOKEN_INVALID', `A sidecar's token lives for ${LONGEST_TTL_SECONDS} s at most.`);
    }
    if (claims.sub !== sidecarId) throw new SidecarRefused('TOKEN_INVALID', 'This token is of another sidecar.');
    if (claims.node !== this.#nodeId) {
      throw new SidecarRefused('NODE_UNKNOWN', 'Another node answers here: the one that you look for is gone.');
    }
  }

  async #claims(token: string): Promise<z.infer<typeof Claims>> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: ['HS256'],
        audience: SIDECAR_TOKEN_AUDIENCE,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(this.#now()),
        requiredClaims: ['exp', 'sub', 'node'],
      });
      return Claims.parse(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new SidecarRefused('TOKEN_EXPIRED', 'This token has expired: sign one for each connection.', {
          cause: error,
        });
      }
      throw new SidecarRefused('TOKEN_INVALID', 'This token is not valid here. Is SIDECAR_SECRET the same?', {
        cause: error,
      });
    }
  }
}
