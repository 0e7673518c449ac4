import {
  ASK_TIMEOUT_MS,
  LONGEST_BODY,
  type NodeChannel,
  NodeRefusal,
  REFUSED,
} from '../../core/cluster/NodeChannel.ts';
import { Topics } from '../../core/cluster/Topics.ts';
import { type Clock, type Logger, Unavailable } from '../../core/ports.ts';
import type { NodeId } from '../../core/room/state.ts';
import type { Session } from './handshake.ts';
import { Link, type LinkEnd, type Wire } from './Link.ts';
import { Message } from './wire.ts';

interface Question {
  readonly link: Link;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The nodes that are connected to this one, and what goes to and fro. Who connects to whom is decided elsewhere. */
export class LinkedNodes implements NodeChannel {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #topics: Topics;
  readonly #links = new Map<NodeId, Link>();
  readonly #connected = new Set<NodeId>();
  readonly #listeners = new Set<(nodeId: NodeId, connected: boolean, closed?: boolean) => void>();
  readonly #questions = new Map<number, Question>();
  #nextQuestion = 0;
  #closed = false;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
    this.#topics = new Topics(logger);
  }

  get connected(): ReadonlySet<NodeId> {
    return this.#connected;
  }

  onChange(listener: (nodeId: NodeId, connected: boolean, closed?: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(nodeId: NodeId, topic: string, body: unknown): void {
    const link = this.#links.get(nodeId);
    if (!link) return;
    const json = JSON.stringify(body ?? null);
    if (json.length <= LONGEST_BODY) link.send(`{"type":"tell","topic":${JSON.stringify(topic)},"body":${json}}`);
    else this.#logger.error({ to: nodeId, topic, length: json.length }, 'what another node should be told is too long');
  }

  async ask(nodeId: NodeId, topic: string, body: unknown, timeoutMs = ASK_TIMEOUT_MS): Promise<unknown> {
    const link = this.#links.get(nodeId);
    if (!link) throw new Unavailable('node', `The node ${nodeId} is not connected.`);
    const json = JSON.stringify(body ?? null);
    if (json.length > LONGEST_BODY) throw new NodeRefusal(REFUSED.size, `What "${topic}" should ask is too long.`);
    const id = this.#nextQuestion++;
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.setTimer(timeoutMs, () =>
        this.#settle(id)?.reject(new Unavailable('node', `The node ${nodeId} does not answer.`)),
      );
      this.#questions.set(id, {
        link,
        resolve: (answer) => {
          cancel();
          resolve(answer);
        },
        reject: (error) => {
          cancel();
          reject(error);
        },
      });
      link.send(`{"type":"ask","id":${id},"topic":${JSON.stringify(topic)},"body":${json}}`);
    });
  }

  onTold<T>(topic: string, parse: (body: unknown) => T, listener: (from: NodeId, body: T) => void): () => void {
    return this.#topics.onTold(topic, parse, listener);
  }

  onAsked<T>(topic: string, parse: (body: unknown) => T, answer: (from: NodeId, body: T) => unknown): () => void {
    return this.#topics.onAsked(topic, parse, answer);
  }

  /**
   * Takes a new connection in the place of an earlier one. Of two that both nodes made at the same time, the one that
   * the smaller id made stays, at both ends. Returns null if the new one is not needed: it is closed.
   */
  open(session: Session, wire: Wire): Link | null {
    const { dialer, peer } = session;
    const earlier = this.#links.get(peer);
    if (this.#closed || (earlier && earlier.dialer < dialer)) {
      wire.close();
      return null;
    }
    earlier?.end('replaced');
    const link: Link = new Link({
      session,
      wire,
      clock: this.#clock,
      onMessage: (raw) => this.#hear(link, raw),
      onEnd: (end) => this.#ended(link, end),
    });
    this.#links.set(peer, link);
    this.#connected.add(peer);
    this.#logger.info({ peer }, 'another node is connected');
    this.#tellListeners(peer, true);
    return link;
  }

  close(): void {
    this.#closed = true;
    for (const link of [...this.#links.values()]) link.end('stopping');
  }

  #hear(link: Link, raw: unknown): void {
    const parsed = Message.safeParse(raw);
    if (!parsed.success) {
      this.#logger.debug({ from: link.peer, err: parsed.error }, 'another node says what this version does not know');
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'tell':
        this.#topics.tell(link.peer, message.topic, message.body);
        return;
      case 'ask':
        void this.#answer(link, message.id, message.topic, message.body);
        return;
      case 'answer':
        this.#settle(message.id, link)?.resolve(message.body ?? null);
        return;
      case 'refuse':
        this.#settle(message.id, link)?.reject(new NodeRefusal(message.code, message.message));
    }
  }

  async #answer(link: Link, id: number, topic: string, body: unknown): Promise<void> {
    const refuse = ({ code, message }: NodeRefusal) => link.send(JSON.stringify({ type: 'refuse', id, code, message }));
    try {
      const json = JSON.stringify((await this.#topics.ask(link.peer, topic, body)) ?? null);
      if (json.length <= LONGEST_BODY) link.send(`{"type":"answer","id":${id},"body":${json}}`);
      else refuse(new NodeRefusal(REFUSED.size, `The answer to "${topic}" is too long.`));
    } catch (error) {
      if (error instanceof NodeRefusal) refuse(error);
      else this.#logger.error({ topic, err: error }, 'the answer to another node is no JSON');
    }
  }

  /** Takes a question off the list; with `link`, only one that was asked there. */
  #settle(id: number, link?: Link): Question | undefined {
    const question = this.#questions.get(id);
    if (!question || (link && question.link !== link)) return undefined;
    this.#questions.delete(id);
    return question;
  }

  #ended(link: Link, end: LinkEnd): void {
    const { peer } = link;
    if (this.#links.get(peer) !== link) return;
    this.#links.delete(peer);
    this.#connected.delete(peer);
    for (const [id, question] of [...this.#questions]) {
      if (question.link === link) this.#settle(id)?.reject(new Unavailable('node', `The node ${peer} went away.`));
    }
    this.#logger.info({ peer, end }, 'another node is disconnected');
    this.#tellListeners(peer, false, end === 'the connection closed');
  }

  #tellListeners(nodeId: NodeId, connected: boolean, closed = false): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(nodeId, connected, closed);
      } catch (error) {
        this.#logger.error({ peer: nodeId, err: error }, 'somebody failed at another node coming or going');
      }
    }
  }
}
