import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { WireRefusal } from '../requests/WireRefusal.ts';

/** RFC 7914 parameters: 16 MB and about 50 ms for each try. */
const COST = { N: 16_384, r: 8, p: 1 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Derivations at the same time: they share the thread pool with everything else. */
const CONCURRENT_DERIVATIONS = 2;
const REMEMBERED = 1_000;
/** Derivations that wait: in all, and for one address or room, so that nobody fills the queue alone. */
const WAITING = 64;
const WAITING_EACH = 4;

/**
 * Room passwords as salted scrypt hashes that carry their parameters: `scrypt$N$r$p$salt$key`. A verified password is
 * remembered (keyed by a secret of this process), so that a hundred people with the same password cost one derivation.
 */
export class Passwords {
  readonly #memoryKey = randomBytes(32);
  readonly #verified = new Set<string>();
  /** Derivations that run now: people who give the same password at once share one. */
  readonly #verifying = new Map<string, Promise<boolean>>();
  readonly #waiting: { readonly from: string; readonly start: () => void }[] = [];
  #deriving = 0;

  /**
   * `from` names whoever causes the work.
   * @throws WireRefusal when too many wait already (BUSY, TOO_MANY_REQUESTS)
   */
  async hash(password: string, from: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const key = await this.#derive(password, salt, COST, KEY_BYTES, from);
    return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$');
  }

  /**
   * Returns false also for a hash that cannot be read. Calls `beforeTrying` just before the work begins, which may be
   * after others in the queue have failed; an error that it throws reaches the caller. `from` names whoever causes the
   * work.
   * @throws WireRefusal when too many wait already (BUSY, TOO_MANY_REQUESTS)
   */
  async verify(
    password: string,
    hash: string,
    from: string,
    beforeTrying: () => void | Promise<void> = () => undefined,
  ): Promise<boolean> {
    const key = createHmac('sha256', this.#memoryKey).update(`${hash}\n${password}`).digest('base64');
    if (this.#verified.has(key)) return true;
    let verifying = this.#verifying.get(key);
    if (!verifying) {
      verifying = this.#compare(password, hash, from, beforeTrying).finally(() => this.#verifying.delete(key));
      this.#verifying.set(key, verifying);
    }
    const isRight = await verifying;
    if (isRight) this.#remember(key);
    return isRight;
  }

  async #compare(
    password: string,
    hash: string,
    from: string,
    beforeTrying: () => void | Promise<void>,
  ): Promise<boolean> {
    const parsed = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([\w-]+)\$([\w-]+)$/.exec(hash);
    if (!parsed) return false;
    const [, N, r, p, salt = '', key = ''] = parsed;
    const expected = Buffer.from(key, 'base64url');
    const options = { N: Number(N), r: Number(r), p: Number(p) };
    const derived = await this.#derive(
      password,
      Buffer.from(salt, 'base64url'),
      options,
      expected.length,
      from,
      beforeTrying,
    );
    return timingSafeEqual(derived, expected);
  }

  #remember(key: string): void {
    this.#verified.add(key);
    for (const oldest of this.#verified) {
      if (this.#verified.size <= REMEMBERED) break;
      this.#verified.delete(oldest);
    }
  }

  async #derive(
    password: string,
    salt: Buffer,
    options: ScryptOptions,
    bytes: number,
    from: string,
    beforeDeriving: () => void | Promise<void> = () => {},
  ): Promise<Buffer> {
    await this.#turn(from);
    try {
      await beforeDeriving();
      return await new Promise((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, bytes, { maxmem: 256 << 20, ...options }, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      });
    } finally {
      // Whoever is next takes the turn over.
      const next = this.#waiting.shift();
      if (next) next.start();
      else this.#deriving -= 1;
    }
  }

  async #turn(from: string): Promise<void> {
    if (this.#deriving < CONCURRENT_DERIVATIONS) {
      this.#deriving += 1;
      return;
    }
    if (this.#waiting.filter((waiting) => waiting.from === from).length >= WAITING_EACH) {
      throw new WireRefusal('TOO_MANY_REQUESTS', 'Too many passwords at once from your network. Wait a moment.');
    }
    if (this.#waiting.length >= WAITING) {
      throw new WireRefusal('BUSY', 'This node checks too many passwords just now. Try again in a moment.');
    }
    await new Promise<void>((resolve) => this.#waiting.push({ from, start: resolve }));
  }
}
