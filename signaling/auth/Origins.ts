import { createHmac } from 'node:crypto';
import type { RoomId } from '../../core/room/state.ts';

/** A hash of 128 bits, as text. */
const HASH_CHARACTERS = 22;

/**
 * Hashes where people and requests come from, so that the journal knows them again but holds no device, no address and
 * no account [S2]. The same device has another hash in every room.
 */
export class Origins {
  readonly #key: Buffer;

  constructor(secret: string) {
    this.#key = createHmac('sha256', secret).update('everroom:origins').digest();
  }

  hash(
    roomId: RoomId,
    kind: 'device' | 'address' | 'request' | 'ballot' | 'breakout' | 'account',
    value: string,
  ): string {
    const text = JSON.stringify([roomId, kind, value]);
    return createHmac('sha256', this.#key).update(text).digest('base64url').slice(0, HASH_CHARACTERS);
  }
}
