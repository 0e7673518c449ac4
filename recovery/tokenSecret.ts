import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, Unavailable } from '../core/ports.ts';
import { nodesKey, tokenSecretKey } from './keys.ts';
import type { RedisConnection } from './RedisConnection.ts';
import { BEAT_MS, DEAD_AFTER_MS } from './RedisPresence.ts';
import { defineScripts } from './scripts.ts';

/** This node signs with another secret than the nodes that serve: each would refuse the tokens of the others. */
class OtherTokenSecret extends Error {
  constructor() {
    super(
      'TOKEN_SECRET is not that of the other nodes on this Redis: their tokens would be refused here, and those of ' +
        'this node there. Give every node the same TOKEN_SECRET (a generated one is in secrets.json in the data folder ' +
        'of the node that has it). To change it, name the new one in OLD_TOKEN_SECRETS of every node first, then the old one.',
    );
    this.name = 'OtherTokenSecret';
  }
}

const POLL_MS = 250;

/**
 * Makes the secret with this fingerprint the deployment's. Waits some seconds for nodes with another secret to be gone,
 * as one that has just died counts as serving. One of the `old` secrets, whose tokens this node accepts, is replaced at
 * once.
 * @throws OtherTokenSecret when nodes go on serving with yet another secret
 * @throws Unavailable when Redis does not answer
 */
export async function claimTokenSecret(
  redis: RedisConnection,
  fingerprint: string,
  old: readonly string[],
  logger: Logger,
): Promise<void> {
  const { client } = redis;
  const { nodesByAge } = defineScripts(client);
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const known = await redis.runRepeatable('compare TOKEN_SECRET with that of other nodes', async () => {
      await client.set(tokenSecretKey(), fingerprint, 'NX');
      return client.get(tokenSecretKey());
    });
    if (known === fingerprint) return;
    if (known !== null && old.includes(known)) {
      logger.info({}, 'a new TOKEN_SECRET takes over');
      await redis.runRepeatable('note the new TOKEN_SECRET', () => client.set(tokenSecretKey(), fingerprint));
      return;
    }
    const serving = await redis.runRepeatable('look for other nodes', () =>
      nodesByAge(nodesKey(), 'alive', DEAD_AFTER_MS),
    );
    if ((serving as string[]).length === 0) {
      logger.warn({}, 'TOKEN_SECRET was changed: links and sessions from before are no longer valid');
      await redis.runRepeatable('note the new TOKEN_SECRET', () => client.set(tokenSecretKey(), fingerprint));
    } else if (waitedMs > DEAD_AFTER_MS + BEAT_MS) throw new OtherTokenSecret();
    else await sleep(POLL_MS);
  }
}

/**
 * Checks again once this node is known to others: two that start at the same moment do not see each other before.
 * @throws OtherTokenSecret
 */
export async function confirmTokenSecret(
  redis: RedisConnection,
  fingerprint: string,
  old: readonly string[],
  logger: Logger,
): Promise<void> {
  try {
    const known = await redis.run('compare TOKEN_SECRET', () => redis.client.get(tokenSecretKey()));
    // A Redis that lost the fingerprint gets it from the next node that starts.
    if (known !== null && known !== fingerprint && !old.includes(known)) throw new OtherTokenSecret();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    logger.debug({ err: error }, 'TOKEN_SECRET is not compared again');
  }
}
