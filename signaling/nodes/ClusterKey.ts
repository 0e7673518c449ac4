import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export type Role = 'dialer' | 'acceptor';

/** One secret of the deployment as the channel between nodes uses it. It is not shown in logs. */
export class ClusterKey {
  /** Tells which key is meant, and nothing about it. */
  readonly id: string;
  readonly #key: Buffer;

  constructor(secret: string) {
    this.#key = derive(secret, '', 'everroom:nodes');
    this.id = this.#mac('id', '').toString('base64url').slice(0, 22);
  }

  /** Returns what only a holder of this key can say about this transcript in this role. */
  proof(role: Role, transcript: string): string {
    return this.#mac(role, transcript).toString('base64url');
  }

  /** Returns whether it is the `proof`; takes as long for every wrong one. */
  isProof(text: string, role: Role, transcript: string): boolean {
    const [given, expected] = [Buffer.from(text, 'base64url'), this.#mac(role, transcript)];
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** Returns the key with which this role sends, in the connection with this shared secret and transcript. */
  sendingKey(role: Role, shared: Buffer, transcript: string): Buffer {
    return derive(Buffer.concat([shared, this.#key]), transcript, `everroom:nodes:${role}`);
  }

  #mac(label: string, text: string): Buffer {
    return createHmac('sha256', this.#key).update(`${label}\0${text}`).digest();
  }
}

function derive(secret: string | Buffer, salt: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, 32));
}
