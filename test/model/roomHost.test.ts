import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seeded } from '../support/seed.ts';
import type { Fault } from './FaultyJournal.ts';
import { anyRequest, OPENING, type Request } from './requests.ts';
import { World } from './World.ts';

const NODES = 3;

type Step =
  | { readonly type: 'ask'; readonly node: number; readonly request: Request }
  | { readonly type: 'retry'; readonly node: number; readonly age: number }
  | { readonly type: 'letHappen'; readonly tasks: number }
  | { readonly type: 'loseSocket'; readonly node: number }
  | { readonly type: 'crash'; readonly node: number }
  | { readonly type: 'stop'; readonly node: number }
  | { readonly type: 'cutFeed' }
  | { readonly type: 'journalAway'; readonly tasks: number }
  | { readonly type: 'loseTail'; readonly commits: number };

type WeightedStep = { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> };

const node = fc.nat(NODES - 1);
const ORDINARY: readonly WeightedStep[] = [
  { weight: 12, arbitrary: fc.record({ type: fc.constant('ask'), node, request: anyRequest }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('retry'), node, age: fc.nat(20) }) },
  { weight: 12, arbitrary: fc.record({ type: fc.constant('letHappen'), tasks: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('loseSocket'), node }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash'), node }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('stop'), node }) },
  { weight: 1, arbitrary: fc.constant({ type: 'cutFeed' }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('journalAway'), tasks: fc.integer({ min: 1, max: 30 }) }) },
];
const TAIL_LOSS: WeightedStep = {
  weight: 2,
  arbitrary: fc.record({ type: fc.constant('loseTail'), commits: fc.integer({ min: 1, max: 4 }) }),
};

const faults = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<Fault>('none') },
    { weight: 1, arbitrary: fc.constantFrom<Fault>('requestLost', 'requestLate', 'answerLost') },
  ),
  { maxLength: 400, size: 'max' },
);

function anySteps(...kinds: readonly WeightedStep[]): fc.Arbitrary<readonly Step[]> {
  return fc.array(fc.oneof(...kinds), { minLength: 20, maxLength: 160, size: 'max' });
}

async function play(scheduler: fc.Scheduler, faults: readonly Fault[], steps: readonly Step[]): Promise<number> {
  const world = new World(scheduler, NODES, faults);
  await open(world);
  for (const step of steps) await take(world, step);
  await world.heal();
  world.askAllAgain();
  await world.heal();
  const { commits } = await world.verify();
  return commits;
}

async function open(world: World): Promise<void> {
  for (const request of OPENING) {
    world.ask(0, request);
    await world.letHappen(12);
  }
}

async function take(world: World, step: Step): Promise<void> {
  switch (step.type) {
    case 'ask':
      return world.ask(step.node, step.request);
    case 'retry':
      return world.retry(step.node, step.age);
    case 'letHappen':
      return world.letHappen(step.tasks);
    case 'loseSocket':
      return world.loseSocket(step.node);
    case 'crash':
      return world.crash(step.node);
    case 'stop':
      return world.stop(step.node);
    case 'cutFeed':
      return world.cutFeed();
    case 'journalAway':
      world.setJournalAvailable(false);
      await world.letHappen(step.tasks);
      return world.setJournalAvailable(true);
    case 'loseTail':
      return world.loseTail(step.commits);
  }
}

it('[J1] [J2] [J3] [J4] [J5] [M2] hold for hosts through conflicts, lost messages, crashes and retries', async () => {
  let commits = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), faults, anySteps(...ORDINARY), async (scheduler, faults, steps) => {
      commits += await play(scheduler, faults, steps);
    }),
    seeded('room hosts', 350),
  );
  expect(commits, 'the random rooms come to life').toBeGreaterThan(2_000);
});

it('[J1] [J3] [J4] [J5] [M2] hold for hosts when the journal loses acknowledged commits', async () => {
  let commits = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), faults, anySteps(...ORDINARY, TAIL_LOSS), async (scheduler, faults, steps) => {
      commits += await play(scheduler, faults, steps);
    }),
    seeded('room hosts with a lost tail', 350),
  );
  expect(commits, 'the random rooms come to life').toBeGreaterThan(2_000);
});

const post = (messageId: string): Request => ({
  asks: { kind: 'participant', participantId: 'ann', sessionsOld: 0 },
  body: { type: 'PostChat', messageId, text: 'hello' },
});

it('[J2] a node that holds a lost commit puts it back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 9 }), async (scheduler, commits) => {
      const world = new World(scheduler, NODES, []);
      await open(world);
      for (const messageId of ['m1', 'm2', 'm3']) world.ask(1, post(messageId));
      await world.heal();

      world.loseTail(commits);
      await world.heal();
      await world.verify();
      expect(await world.lostCommands()).toEqual([]);
    }),
    seeded('putting back', 30),
  );
});

it('[J2] a node decides lost commands again if another node has gone on meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 3 }), async (scheduler, commits) => {
      const world = new World(scheduler, NODES, []);
      await open(world);
      for (const messageId of ['m1', 'm2', 'm3']) world.ask(0, post(messageId));
      await world.heal();

      world.crash(1);
      world.crash(2);
      world.loseTail(commits);
      for (const index of [1, 2]) world.ask(index, post(`of-${index}`));
      await world.heal();
      await world.verify();
      expect(await world.lostCommands()).toEqual([]);
    }),
    seeded('deciding again', 50),
  );
});
