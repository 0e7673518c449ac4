import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RoomCommand } from '../../core/room/commands.ts';
import { type Commit, ORIGIN, type Position } from '../../core/room/commit.ts';
import { decide } from '../../core/room/decide.ts';
import { evolveCommits } from '../../core/room/evolve.ts';
import { Refusal } from '../../core/room/refusal.ts';
import { EMPTY_ROOM, type RoomState } from '../../core/room/state.ts';
import { seeded } from '../support/seed.ts';
import { expectSameState, verifyJournal } from './invariants.ts';
import { anyRequest, OPENING, type Request, toCommand } from './requests.ts';

/**
 * The rules on several replicas, without time and without I/O: each step of a command (decide, reach the journal, get
 * the answer) is a step of the model, and anything may come between two steps. Commits are sent again and arrive late,
 * answers are lost, nodes die, and everybody repeats their requests.
 */

const NODES = 3;

type Step =
  | { readonly type: 'ask'; readonly node: number; readonly request: Request }
  /** The same command again: the newest, or one answered long ago. */
  | { readonly type: 'retry'; readonly node: number; readonly command: number }
  | { readonly type: 'advance'; readonly node: number }
  | { readonly type: 'loseAnswer'; readonly node: number }
  /** The node stops waiting; its message arrives late. */
  | { readonly type: 'timeOut'; readonly node: number }
  | { readonly type: 'arriveLate' }
  | { readonly type: 'follow'; readonly node: number; readonly commits: number }
  | { readonly type: 'crash'; readonly node: number };

const node = fc.nat(NODES - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('ask' as const), node, request: anyRequest }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('retry' as const), node, command: fc.nat(50) }) },
  { weight: 24, arbitrary: fc.record({ type: fc.constant('advance' as const), node }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('loseAnswer' as const), node }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('timeOut' as const), node }) },
  { weight: 1, arbitrary: fc.constant({ type: 'arriveLate' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('follow' as const), node, commits: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash' as const), node }) },
);

interface Append {
  readonly commit: Commit;
  readonly after: Position;
}

interface InHand {
  readonly command: RoomCommand;
  sent: Append | null;
  answer: 'appended' | 'behind' | null;
}

class ModelNode {
  readonly id: string;
  state: RoomState = EMPTY_ROOM;
  position: Position = ORIGIN;
  readonly queue: InHand[] = [];

  constructor(id: string) {
    this.id = id;
  }

  take(commits: readonly Commit[]): void {
    const last = commits.at(-1);
    if (last === undefined) return;
    expect(commits[0]?.prev, `[J4] ${this.id} takes what follows`).toBe(this.position.commitId);
    this.state = evolveCommits(this.state, commits);
    this.position = { version: last.version, commitId: last.commitId };
  }
}

class Model {
  readonly journal: Commit[] = [];
  readonly acknowledged = new Set<string>();
  readonly #commands: RoomCommand[] = [];
  readonly #late: Append[] = [];
  readonly #nodes: ModelNode[] = [];
  #boots = 0;
  #steps = 0;

  constructor() {
    for (let index = 0; index < NODES; index += 1) this.#nodes.push(this.#boot());
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) this.#run(step);
    while (this.#late.length > 0) this.#run({ type: 'arriveLate' });
    // Everybody repeats their requests, at any node.
    this.#commands.forEach((command, index) => {
      this.#nodes[index % NODES]?.queue.push(inHand(command));
    });
    this.#nodes.forEach((node, index) => {
      while (node.queue.length > 0) this.#run({ type: 'advance', node: index });
    });
    for (const node of this.#nodes) node.take(this.#after(node));
  }

  verify(): void {
    const states = verifyJournal(this.journal);
    for (const node of this.#nodes) expectSameState(node.id, node.state, states.at(-1) ?? EMPTY_ROOM);
    const kept = new Set(this.journal.map(({ commandId }) => commandId));
    for (const commandId of this.acknowledged) expect(kept.has(commandId), `[J2] ${commandId} is kept`).toBe(true);
  }

  #run(step: Step): void {
    this.#steps += 1;
    if (step.type === 'arriveLate') {
      const append = this.#late.shift();
      if (append !== undefined) this.#append(append);
      return;
    }
    const node = this.#nodes[step.node];
    if (node === undefined) throw new Error(`There is no node ${step.node}`);
    const [head] = node.queue;
    switch (step.type) {
      case 'ask': {
        const commandId = `command-${this.#commands.length}`;
        const command = toCommand(step.request, this.#newestState(), { nodeId: node.id, commandId, step: this.#steps });
        this.#commands.push(command);
        node.queue.push(inHand(command));
        return;
      }
      case 'retry': {
        const command = this.#commands[this.#commands.length - 1 - step.command];
        if (command !== undefined) node.queue.push(inHand(command));
        return;
      }
      case 'advance':
        if (head !== undefined) this.#advance(node, head);
        return;
      case 'loseAnswer':
        if (head?.answer) this.#forgetAnswer(node, head);
        return;
      case 'timeOut':
        if (head?.sent && head.answer === null) {
          this.#late.push(head.sent);
          this.#forgetAnswer(node, head);
        }
        return;
      case 'follow':
        node.take(this.#after(node).slice(0, step.commits));
        return;
      case 'crash':
        // Its earlier message may still arrive.
        if (head?.sent && head.answer === null) this.#late.push(head.sent);
        this.#nodes[step.node] = this.#boot();
    }
  }

  #advance(node: ModelNode, head: InHand): void {
    if (head.sent === null) {
      head.sent = this.#decide(node, head.command);
      if (head.sent === null) node.queue.shift();
    } else if (head.answer === null) {
      head.answer = this.#append(head.sent);
    } else {
      node.take(this.#after(node));
      if (head.answer === 'appended') {
        this.acknowledged.add(head.command.commandId);
        node.queue.shift();
      } else {
        head.sent = null;
        head.answer = null;
      }
    }
  }

  #decide(node: ModelNode, command: RoomCommand): Append | null {
    try {
      const events = decide(command, node.state);
      if (events.length === 0) return null;
      const { version, commitId: prev } = node.position;
      const { commandId, actor, now: at } = command;
      const commitId = `commit-${this.#steps}-of-${node.id}`;
      return { after: node.position, commit: { version: version + 1, commitId, prev, commandId, actor, at, events } };
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  }

  /** The journal's only promise: a commit gets in only after the commit that its writer saw last. */
  #append({ commit, after }: Append): 'appended' | 'behind' {
    if ((this.journal.at(-1)?.commitId ?? '') !== after.commitId) return 'behind';
    this.journal.push(commit);
    return 'appended';
  }

  /** The outcome is unknown: the node reads the commits it may have missed and decides again. */
  #forgetAnswer(node: ModelNode, head: InHand): void {
    head.sent = null;
    head.answer = null;
    node.take(this.#after(node));
  }

  #after(node: ModelNode): readonly Commit[] {
    return this.journal.slice(node.position.version);
  }

  /** Returns what people know of the room: the newest state that any node may have sent them. */
  #newestState(): RoomState {
    const [newest] = [...this.#nodes].sort((a, b) => b.position.version - a.position.version);
    return newest?.state ?? EMPTY_ROOM;
  }

  /** A restarted node is another node: it knows what the journal knows. */
  #boot(): ModelNode {
    this.#boots += 1;
    const node = new ModelNode(`node-${this.#boots}`);
    node.take(this.journal);
    return node;
  }
}

function inHand(command: RoomCommand): InHand {
  return { command, sent: null, answer: null };
}

const opening: readonly Step[] = OPENING.flatMap((request): Step[] => [
  { type: 'ask', node: 0, request },
  ...Array.from({ length: 3 }, (): Step => ({ type: 'advance', node: 0 })),
]);

it('[J1] [J2] [J3] [J4] [J5] [M2] hold on replicas through conflicts, lost answers, crashes and retries', () => {
  let commits = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 400, size: 'max' }), (steps) => {
      const model = new Model();
      model.run([...opening, ...steps]);
      model.verify();
      commits += model.journal.length;
    }),
    seeded('replicas', 1_000),
  );
  expect(commits, 'the random rooms come to life').toBeGreaterThan(5_000);
});
