import type fc from 'fast-check';
import { expect } from 'vitest';
import type { RoomHost } from '../../core/host/RoomHost.ts';
import { Unavailable } from '../../core/ports.ts';
import type { RoomCommand } from '../../core/room/commands.ts';
import type { Commit } from '../../core/room/commit.ts';
import { decide } from '../../core/room/decide.ts';
import { Refusal } from '../../core/room/refusal.ts';
import { EMPTY_ROOM, type RoomState } from '../../core/room/state.ts';
import { InMemoryJournal, InMemoryJournalStore } from '../../recovery/journal/InMemoryJournal.ts';
import { canonical, NOW } from '../support/room.ts';
import type { Fault } from './FaultyJournal.ts';
import { expectSameState, verifyJournal } from './invariants.ts';
import { ModelNode } from './ModelNode.ts';
import { type Request, toCommand } from './requests.ts';

const ROOM = 'model';
const TICK_MS = 10;

/** A node's answer, with the journal's length at the request and at the answer. */
interface Answered {
  readonly command: RoomCommand;
  readonly outcome: string;
  readonly from: number;
  readonly to: number;
}

/** Several nodes with the real room hosts over one journal, where every delay is the scheduler's choice. */
export class World {
  readonly #scheduler: fc.Scheduler;
  /** So short a tail that every snapshot leaves some node behind. */
  readonly #store = new InMemoryJournalStore({ commits: 1, bytes: Number.POSITIVE_INFINITY });
  readonly #truth = new InMemoryJournal(this.#store);
  readonly #nodes: ModelNode[] = [];
  readonly #retired: ModelNode[] = [];
  readonly #commands: RoomCommand[] = [];
  readonly #answered: Answered[] = [];
  readonly #errors: unknown[] = [];
  #faults: readonly Fault[];
  #now = NOW;
  #boots = 0;
  #lostTail = false;

  constructor(scheduler: fc.Scheduler, nodes: number, faults: readonly Fault[]) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    for (let index = 0; index < nodes; index += 1) this.#nodes.push(this.#boot());
  }

  ask(index: number, request: Request): void {
    const node = this.#node(index);
    const command = toCommand(request, this.#newestState(), {
      nodeId: node.id,
      commandId: `command-${this.#commands.length}`,
      step: this.#now - NOW,
    });
    this.#commands.push(command);
    void this.#send(node, command);
  }

  /** Sends a command again: the newest one for 0. */
  retry(index: number, age: number): void {
    const command = this.#commands[this.#commands.length - 1 - age];
    if (command) void this.#send(this.#node(index), command);
  }

  /** Breaks the socket of somebody who is connected there. */
  loseSocket(index: number): void {
    const node = this.#node(index);
    const host = node.hosts.get(ROOM);
    const held = [...(host?.state.participants.values() ?? [])].find(({ nodeId }) => nodeId === node.id);
    if (host && held) host.disconnected(held.id, held.session);
  }

  crash(index: number): void {
    const node = this.#node(index);
    node.die();
    this.#retired.push(node);
    this.#nodes[index] = this.#boot();
  }

  /** Ends a node in order: it saves a snapshot, and another takes its place. */
  stop(index: number): void {
    const node = this.#node(index);
    void node.hosts.close();
    this.#retired.push(node);
    this.#nodes[index] = this.#boot();
  }

  setJournalAvailable(available: boolean): void {
    this.#store.setAvailable(available);
  }

  cutFeed(): void {
    this.#store.cutFeed();
  }

  /** The journal comes back with less than it had acknowledged; every connection to it broke meanwhile. */
  loseTail(commits: number): void {
    if (this.#version() === 0) return;
    this.#lostTail = true;
    this.#store.loseTail(ROOM, Math.max(0, this.#version() - commits));
    this.#store.cutFeed();
  }

  /** Lets at most `tasks` of the pending events happen. */
  async letHappen(tasks: number): Promise<void> {
    for (let done = 0; done < tasks; done += 1) {
      if (this.#scheduler.count() === 0) await settle();
      if (this.#scheduler.count() === 0) return;
      this.#now += TICK_MS;
      await this.#scheduler.waitOne();
    }
  }

  /** Ends all faults and waits until nothing is pending. */
  async heal(): Promise<void> {
    this.#faults = [];
    this.setJournalAvailable(true);
    await this.letHappen(100_000);
    expect(this.#scheduler.count(), 'tasks left').toBe(0);
    for (const { id, unanswered } of this.#nodes) expect(unanswered, `commands that ${id} did not answer`).toBe(0);
  }

  /** Sends every earlier command again, to any node. */
  askAllAgain(): void {
    this.#commands.forEach((command, index) => {
      void this.#send(this.#node(index % this.#nodes.length), command);
    });
  }

  /** Returns acknowledged commands that are not in the journal. */
  async lostCommands(): Promise<readonly string[]> {
    const kept = new Set(this.#store.history(ROOM).map(({ commandId }) => commandId));
    return this.#answered
      .filter(({ command, outcome }) => outcome === 'events' && !kept.has(command.commandId))
      .map(({ command }) => command.commandId);
  }

  async verify(): Promise<{ readonly commits: number }> {
    expect(this.#errors, 'errors in the log').toEqual([]);
    const journal = this.#store.history(ROOM);
    const states = verifyJournal(journal);
    for (const node of this.#nodes) {
      const host = await this.#openAtLast(node);
      expectSameState(node.id, host.state, states.at(-1) ?? EMPTY_ROOM);
    }
    for (const node of [...this.#nodes, ...this.#retired]) this.#verifyTold(node, journal, states);
    if (!this.#lostTail) this.#verifyAnswers(journal, states);
    return { commits: journal.length };
  }

  #verifyTold({ id, told }: ModelNode, journal: readonly Commit[], states: readonly RoomState[]): void {
    for (const { commit, after } of told) {
      if (journal[commit.version - 1]?.commitId !== commit.commitId) {
        expect(this.#lostTail, `[J2] ${id} told of commit ${commit.version}, which is in the journal`).toBe(true);
        continue;
      }
      expect(canonical(after), `[J1] ${id} at version ${commit.version}`).toBe(
        canonical(states[commit.version] ?? EMPTY_ROOM),
      );
    }
    if (this.#lostTail) return;
    told.forEach(({ commit, startsOver }, index) => {
      if (startsOver) return;
      const before = told[index - 1]?.commit.version ?? commit.version - 1;
      expect(commit.version, `[J4] ${id} tells in order`).toBe(before + 1);
    });
  }

  /** Checks that the room would have given every answer at some moment between request and answer. */
  #verifyAnswers(journal: readonly Commit[], states: readonly RoomState[]): void {
    const kept = new Set(journal.map(({ commandId }) => commandId));
    for (const { command, outcome, from, to } of this.#answered) {
      const label = `${command.type} ${command.commandId}: ${outcome}`;
      if (outcome === 'events') {
        expect(kept.has(command.commandId), `[J2] ${label} is in the journal`).toBe(true);
      } else if (outcome !== 'unavailable') {
        const possible = states.slice(from, to + 1).map((state) => outcomeOf(command, state));
        expect(possible, `${label}, between versions ${from} and ${to}`).toContain(outcome);
      }
    }
  }

  async #send(node: ModelNode, command: RoomCommand): Promise<void> {
    const from = this.#version();
    node.unanswered += 1;
    const outcome = await this.#handle(node, command); // A node that dies meanwhile never answers.
    node.unanswered -= 1;
    this.#answered.push({ command, outcome, from, to: this.#version() });
  }

  async #handle(node: ModelNode, command: RoomCommand): Promise<string> {
    try {
      const room = await node.hosts.open(ROOM);
      const handled = await room.handle(command);
      if (handled.events.length > 0) expect(handled.state.commandIds).toContain(command.commandId);
      return handled.events.length > 0 ? 'events' : 'nothing';
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      if (error instanceof Unavailable) return 'unavailable';
      this.#errors.push(error);
      return 'failed';
    }
  }

  async #openAtLast(node: ModelNode): Promise<RoomHost> {
    const opening = node.hosts.open(ROOM);
    await this.letHappen(1_000);
    return opening;
  }

  /** Returns what people know of the room: the newest state that any node may have sent them. */
  #newestState(): RoomState {
    const hosts = this.#nodes.map(({ hosts }) => hosts.get(ROOM)).filter((host) => host !== undefined);
    return hosts.sort((a, b) => b.version - a.version)[0]?.state ?? EMPTY_ROOM;
  }

  #version(): number {
    return this.#store.room(ROOM).commits.length;
  }

  /** A restarted node is another node: it knows nothing but the journal. */
  #boot(): ModelNode {
    this.#boots += 1;
    return new ModelNode(`node-${this.#boots}`, {
      journal: this.#truth,
      nextFault: () => this.#nextFault(),
      turn: (label) => this.#scheduler.schedule(Promise.resolve(), label),
      now: () => this.#now,
      wait: (ms) => {
        this.#now += ms;
      },
      failed: (error) => this.#errors.push(error),
    });
  }

  #nextFault(): Fault {
    const [fault = 'none', ...rest] = this.#faults;
    this.#faults = rest;
    return fault;
  }

  #node(index: number): ModelNode {
    const node = this.#nodes[index];
    if (!node) throw new Error(`There is no node ${index}`);
    return node;
  }
}

function outcomeOf(command: RoomCommand, state: RoomState): string {
  try {
    return decide(command, state).length > 0 ? 'events' : 'nothing';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** Lets promises finish that wait only for each other. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
