import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { NodeId } from '../../core/room/state.ts';
import type { ClusterKey, Role } from './ClusterKey.ts';
import { AnyHello, CHANNEL_VERSION, Challenge, ChannelRefused, Hello, Proof } from './wire.ts';

/** A connection whose two ends have proved to each other that they hold the same key. */
export interface Session {
  readonly peer: NodeId;
  readonly dialer: NodeId;
  readonly sendKey: Buffer;
  readonly receiveKey: Buffer;
}

/**
 * The dialer's half of the handshake. Each end proves that it holds the key of the cluster with an HMAC over everything
 * that both said, their keys for this connection included: these are fresh, so what was recorded proves nothing later.
 */
export class DialerHandshake {
  readonly hello: Hello;
  readonly #keys: readonly ClusterKey[];
  readonly #ephemeral = generateKeyPairSync('x25519');

  constructor(self: NodeId, peer: NodeId, keys: readonly ClusterKey[]) {
    this.#keys = keys;
    this.hello = {
      version: CHANNEL_VERSION,
      from: self,
      to: peer,
      keyIds: keys.map(({ id }) => id),
      publicKey: rawOf(this.#ephemeral.publicKey),
    };
  }

  /** @throws ChannelRefused when the other end does not prove that it is a node of this cluster */
  answer(raw: unknown): { readonly proof: Proof; readonly session: Session } {
    const challenge = Challenge.safeParse(raw);
    const key = challenge.success ? this.#keys.find(({ id }) => id === challenge.data.keyId) : undefined;
    if (!challenge.success || !key) throw new ChannelRefused('PROOF_INVALID', 'No node of this cluster answers there.');
    const { publicKey, proof } = challenge.data;
    const said = transcript(this.hello, key, publicKey);
    if (!key.isProof(proof, 'acceptor', said)) {
      throw new ChannelRefused('PROOF_INVALID', 'Who answers there does not hold the key that it names.');
    }
    const session = openSession('dialer', this.hello, key, this.#ephemeral.privateKey, publicKey, said);
    return { proof: { proof: key.proof('dialer', said) }, session };
  }
}

/** The acceptor's half. */
export class AcceptorHandshake {
  readonly challenge: Challenge;
  readonly #hello: Hello;
  readonly #key: ClusterKey;
  readonly #said: string;
  readonly #ephemeral = generateKeyPairSync('x25519');

  /** @throws ChannelRefused when it is no hello for this node, or from a node with other keys */
  constructor(self: NodeId, keys: readonly ClusterKey[], raw: unknown) {
    this.#hello = parseHello(raw);
    const { from, keyIds, to } = this.#hello;
    if (to !== self || from === self) {
      throw new ChannelRefused('NODE_UNKNOWN', 'Another node answers here: the one that you look for is gone.');
    }
    const key = keys.find(({ id }) => keyIds.includes(id));
    if (!key) {
      throw new ChannelRefused('KEY_UNKNOWN', 'The nodes do not have the same TOKEN_SECRET. Give every node the same.');
    }
    this.#key = key;
    const publicKey = rawOf(this.#ephemeral.publicKey);
    this.#said = transcript(this.#hello, key, publicKey);
    this.challenge = { keyId: key.id, publicKey, proof: key.proof('acceptor', this.#said) };
  }

  /** @throws ChannelRefused when the dialer does not prove that it is a node of this cluster */
  confirm(raw: unknown): Session {
    const answer = Proof.safeParse(raw);
    if (!answer.success || !this.#key.isProof(answer.data.proof, 'dialer', this.#said)) {
      throw new ChannelRefused('PROOF_INVALID', 'You do not hold the key that you name.');
    }
    const { publicKey } = this.#hello;
    return openSession('acceptor', this.#hello, this.#key, this.#ephemeral.privateKey, publicKey, this.#said);
  }
}

/** @throws ChannelRefused */
function parseHello(raw: unknown): Hello {
  const any = AnyHello.safeParse(raw);
  if (any.success && any.data.version !== CHANNEL_VERSION) {
    const message = `This node speaks version ${CHANNEL_VERSION} of the channel between nodes, and not ${any.data.version}.`;
    throw new ChannelRefused('VERSION_UNSUPPORTED', message);
  }
  const hello = Hello.safeParse(raw);
  if (hello.success) return hello.data;
  throw new ChannelRefused('HELLO_INVALID', 'This is no hello of a node.', { cause: hello.error });
}

/** Everything that both ends know before the proofs: neither end can be led to another conversation. */
function transcript({ version, from, to, keyIds, publicKey }: Hello, { id }: ClusterKey, acceptorKey: string): string {
  return JSON.stringify([version, from, to, keyIds, publicKey, id, acceptorKey]);
}

/** @throws ChannelRefused when the other end's public key is of the few that give everybody the same secret */
function openSession(
  role: Role,
  { from, to }: Hello,
  key: ClusterKey,
  privateKey: KeyObject,
  peerKey: string,
  said: string,
): Session {
  const shared = sharedSecret(privateKey, peerKey);
  const [dialer, acceptor] = [key.sendingKey('dialer', shared, said), key.sendingKey('acceptor', shared, said)];
  return role === 'dialer'
    ? { peer: to, dialer: from, sendKey: dialer, receiveKey: acceptor }
    : { peer: from, dialer: from, sendKey: acceptor, receiveKey: dialer };
}

/** @throws ChannelRefused */
function sharedSecret(privateKey: KeyObject, peerKey: string): Buffer {
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: peerKey }, format: 'jwk' });
    return diffieHellman({ privateKey, publicKey });
  } catch (error) {
    throw new ChannelRefused('PROOF_INVALID', 'The public key cannot be used.', { cause: error });
  }
}

function rawOf(publicKey: KeyObject): string {
  return publicKey.export({ format: 'jwk' }).x ?? '';
}
