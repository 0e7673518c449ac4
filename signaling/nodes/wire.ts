import { z } from 'zod';

/** What nodes say to each other over the socket.io namespace NODES_NAMESPACE of the node's server. */
export const NODES_NAMESPACE = '/nodes';

/** Raised when nodes of different versions cannot talk to each other; a topic more or less does not need that. */
export const CHANNEL_VERSION = 1;

const Id = z.string().min(1).max(128);
/** 32 bytes. */
const Key = z.base64url().length(43);

/** Every version of a hello has this. */
export const AnyHello = z.object({ version: z.int() });

/** Dialer → acceptor, as its handshake's `auth`. */
export const Hello = z.object({
  version: z.literal(CHANNEL_VERSION),
  from: Id,
  /** The node that the dialer looks for. */
  to: Id,
  /** The ids of the keys that it has, its own first. */
  keyIds: z.array(z.string().max(64)).min(1).max(16),
  /** X25519, made for this connection. */
  publicKey: Key,
});
export type Hello = z.infer<typeof Hello>;

/** Acceptor → dialer, event `challenge`: the acceptor's proof that it has the key with this id. */
export const Challenge = z.object({ keyId: z.string().max(64), publicKey: Key, proof: Key });
export type Challenge = z.infer<typeof Challenge>;

/** Dialer → acceptor, event `proof`. From here on both send `frame` events. */
export const Proof = z.object({ proof: Key });
export type Proof = z.infer<typeof Proof>;

/** Why a connection is refused: `data` of the dialer's connect_error. */
export const ChannelRefusal = z.object({
  code: z.enum([
    'HELLO_INVALID',
    'VERSION_UNSUPPORTED',
    /** The nodes have different secrets. */
    'KEY_UNKNOWN',
    /** Another node answers here: the one that is looked for is gone. */
    'NODE_UNKNOWN',
    'PROOF_INVALID',
    'TOO_MANY_REQUESTS',
  ]),
  message: z.string(),
});
export type ChannelRefusal = z.infer<typeof ChannelRefusal>;

export class ChannelRefused extends Error {
  readonly code: ChannelRefusal['code'];

  constructor(code: ChannelRefusal['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ChannelRefused';
    this.code = code;
  }
}

const Topic = z.string().max(128);
const Question = z.int().nonnegative();

/** What frames carry. */
export const Message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tell'), topic: Topic, body: z.unknown() }),
  z.object({ type: z.literal('ask'), id: Question, topic: Topic, body: z.unknown() }),
  z.object({ type: z.literal('answer'), id: Question, body: z.unknown() }),
  z.object({ type: z.literal('refuse'), id: Question, code: z.string().max(64), message: z.string().max(1_024) }),
]);
export type Message = z.infer<typeof Message>;
