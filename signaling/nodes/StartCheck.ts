import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type NodeChannel, NodeRefusal } from '../../core/cluster/NodeChannel.ts';
import type { Clock, Logger, NodeInfo } from '../../core/ports.ts';
import { isLoopback } from '../../core/reencoding/isLoopback.ts';
import type { NodeId } from '../../core/room/state.ts';
import type { ClusterKey } from './ClusterKey.ts';
import { DialerHandshake } from './handshake.ts';
import { openUdpEcho, probeUdp, probeUrl } from './probes.ts';

const CHECK_EVERY_MS = 5_000;
/** Two probes, one after the other, and the way to and fro. */
const ANSWER_LIMIT_MS = 10_000;
/** As often a check may find no other node connected, before that is the problem. */
const CHECKS_ALONE = 2;

const Request = z.object({
  internalUrl: z.url(),
  mediaAddress: z.union([z.ipv4(), z.ipv6()]),
  udpPort: z.int().min(1).max(65_535),
  token: z.string().max(64),
});
const Answer = z.object({ internal: z.string().nullable(), media: z.string().nullable() });

interface StartCheckDeps {
  readonly nodeId: NodeId;
  readonly keys: readonly ClusterKey[];
  readonly channel: NodeChannel;
  /** The other living nodes, as last read. */
  readonly peers: () => readonly NodeInfo[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A node that starts beside others asks them whether they reach it at the addresses that it names, until one does. It
 * serves meanwhile. A node that was there first is not judged by those who come later.
 */
export class StartCheck {
  readonly #deps: StartCheckDeps;
  #problem: string | null = null;
  #checks = 0;
  #checksAlone = 0;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(deps: StartCheckDeps) {
    this.#deps = deps;
    const { channel, clock, keys, nodeId } = deps;
    channel.onAsked('reach.me', Request.parse, async (from, { internalUrl, mediaAddress, token, udpPort }) => ({
      internal: await probeUrl(internalUrl, new DialerHandshake(nodeId, from, keys), clock),
      media: await probeUdp(mediaAddress, udpPort, token, clock),
    }));
  }

  /** What keeps this node apart from the others, and what to do; null if nothing is known. */
  get problem(): string | null {
    return this.#problem;
  }

  start(self: NodeInfo): void {
    this.#cancel = this.#deps.clock.setTimer(CHECK_EVERY_MS, () => {
      this.#check(self)
        .catch((error: unknown) => {
          this.#deps.logger.debug({ err: error }, 'whether other nodes reach this one is not known yet');
          return false;
        })
        .then((done) => {
          if (!done && !this.#stopped) this.start(self);
        });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Returns whether nothing is left to check. @throws Error when no answer came */
  async #check(self: NodeInfo): Promise<boolean> {
    const earlier = this.#deps.peers().filter(({ startedAt }) => startedAt < self.startedAt);
    if (earlier.length === 0) {
      this.#say(null);
      return true;
    }
    if (this.#checks++ === 0 && earlier.some(({ journalFormat }) => journalFormat > self.journalFormat)) {
      this.#deps.logger.warn(
        { journalFormat: self.journalFormat },
        'nodes of a newer version serve: rooms in which they recorded something new are read-only here; update this node',
      );
    }
    const misplaced = placementProblem(self, earlier);
    if (misplaced) {
      this.#say(misplaced);
      return false;
    }
    const reached = earlier.filter(({ nodeId }) => this.#deps.channel.connected.has(nodeId));
    if (reached.length === 0) {
      this.#checksAlone += 1;
      if (this.#checksAlone >= CHECKS_ALONE) this.#say(aloneProblem(self, earlier));
      return false;
    }
    const problems: string[] = [];
    for (const peer of reached) {
      const problem = await this.#ask(peer, self);
      if (problem === null) {
        this.#say(null);
        return true;
      }
      problems.push(problem);
    }
    this.#say(problems[0] ?? null);
    return false;
  }

  async #ask({ name, nodeId }: NodeInfo, { internalUrl, mediaAddress }: NodeInfo): Promise<string | null> {
    if (!internalUrl || !mediaAddress) return null;
    const token = randomUUID();
    const echo = await openUdpEcho(mediaAddress, token).catch(() => openUdpEcho(anyOf(mediaAddress), token));
    try {
      const request = { internalUrl, mediaAddress, udpPort: echo.port, token };
      const raw = await this.#deps.channel.ask(nodeId, 'reach.me', request, ANSWER_LIMIT_MS);
      const { internal, media } = Answer.parse(raw);
      // NODE_UNKNOWN: an older process on the same port has answered, which belongs to the cluster too.
      if (internal && !internal.startsWith('NODE_UNKNOWN')) {
        return `The node ${name} does not reach this one at ${internalUrl} (${internal}). Set INTERNAL_URL to an address that it reaches, and let TCP through.`;
      }
      if (media) {
        return `UDP packets of the node ${name} do not come to ${mediaAddress} and back (${media}). Set INTERNAL_MEDIA_ADDRESS to an address that it reaches, and let UDP through between the nodes.`;
      }
      return null;
    } catch (error) {
      // It is of another version.
      if (error instanceof NodeRefusal) return null;
      throw error;
    } finally {
      echo.close();
    }
  }

  #say(problem: string | null): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (problem) this.#deps.logger.warn({ problem }, 'this node is apart from the others');
    else this.#deps.logger.info({}, 'the other nodes reach this one');
  }
}

/** Returns what is wrong with the addresses that this node gives to others on other machines; null if nothing is. */
export function placementProblem(self: NodeInfo, peers: readonly NodeInfo[]): string | null {
  const elsewhere = peers.find(({ mediaAddress }) => mediaAddress !== null && !isLoopback(mediaAddress));
  if (!elsewhere) return null;
  const { internalUrl, mediaAddress } = self;
  const host = internalUrl === null ? null : new URL(internalUrl).hostname.replace(/^\[|\]$/g, '');
  if (host !== null && (host === 'localhost' || isLoopback(host))) {
    return `This node says that others reach it at ${internalUrl}, which is an address of its own machine alone, but the node ${elsewhere.name} is at ${elsewhere.mediaAddress}. Set INTERNAL_URL (or HOST) to an address that it reaches.`;
  }
  if (mediaAddress !== null && isLoopback(mediaAddress)) {
    return `This node takes media of other nodes at ${mediaAddress}, an address of its own machine alone, but the node ${elsewhere.name} is at ${elsewhere.mediaAddress}. Set INTERNAL_MEDIA_ADDRESS to an address that it reaches.`;
  }
  return null;
}

function aloneProblem({ internalUrl }: NodeInfo, peers: readonly NodeInfo[]): string {
  const names = [...new Set(peers.map(({ name, internalUrl: url }) => `${name} (${url ?? 'an older version'})`))];
  return `No other node is connected, though ${names.join(', ')} live on the same Redis. Each says at INTERNAL_URL where others reach it; for this node that is ${internalUrl}. The log says for each what is wrong.`;
}

function anyOf(address: string): string {
  return address.includes(':') ? '::' : '0.0.0.0';
}
