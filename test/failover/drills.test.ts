import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DrillResult } from '../../ops/drills/DrillResult.ts';
import { Drill, type DrillScene } from '../../ops/drills/drill.ts';
import type { Fault } from '../../ops/drills/faults/Fault.ts';
import { freezeServer } from '../../ops/drills/faults/freezeServer.ts';
import { inTurn } from '../../ops/drills/faults/inTurn.ts';
import { killRedis } from '../../ops/drills/faults/killRedis.ts';
import { killServer } from '../../ops/drills/faults/killServer.ts';
import { killServerAndStandby } from '../../ops/drills/faults/killServerAndStandby.ts';
import { killWorker } from '../../ops/drills/faults/killWorker.ts';
import { pauseRedis } from '../../ops/drills/faults/pauseRedis.ts';
import { together } from '../../ops/drills/faults/together.ts';
import { renderReport } from '../../ops/drills/report/renderReport.ts';
import { toReported } from '../../ops/drills/report/resultSchema.ts';
import { openScene } from '../../ops/drills/scene.ts';
import { Cleanup } from '../../ops/kit/cleanup.ts';
import type { BrowserName } from '../../ops/kit/clients/DrillBrowser.ts';
import { PrivateDeployment } from '../../ops/kit/deployment/PrivateDeployment.ts';
import { seedOf } from '../support/seed.ts';
import { unmuteBriefly, withoutOneMessage } from './planted.ts';

const PARTICIPANTS = 3;

let deployment: PrivateDeployment;

beforeAll(async () => {
  deployment = await PrivateDeployment.start({ workers: 2 });
});

afterAll(async () => {
  await deployment.stop();
});

interface Plan {
  /** The fault may depend on the clients. */
  readonly fault: (scene: DrillScene) => Fault;
  readonly pages: number;
  readonly browser: BrowserName;
  /** Few: tests ask whether everything survives, `npm run drill` measures how fast. */
  readonly rounds: number;
  readonly change?: (scene: DrillScene) => DrillScene;
}

async function drill({ fault, pages, browser, rounds, change = (scene) => scene }: Plan): Promise<DrillResult> {
  const cleanup = new Cleanup();
  const seed = seedOf('drill') % 1_000_000;
  const lines = [`seed ${seed}`];
  try {
    const scene = change(
      await openScene(deployment, { participants: PARTICIPANTS, pages, browser }, cleanup, (line) => lines.push(line)),
    );
    return await new Drill({ fault: fault(scene), rounds, seed }, scene).run();
  } catch (error) {
    throw new Error(`${lines.join('\n')}\n${await deployment.logTail()}`, { cause: error });
  } finally {
    await cleanup.run();
  }
}

describe('[R1] nothing acknowledged is lost, and nobody has to help', () => {
  test.each<{ what: string; faults: readonly [Fault, ...Fault[]]; pages: number; browser: BrowserName }>([
    {
      what: 'bots, while one thing breaks after another',
      faults: [
        killWorker,
        ...[killServerAndStandby, freezeServer, killRedis, pauseRedis(5_000), together(killServer, killRedis)],
      ],
      pages: 0,
      browser: 'chromium',
    },
    { what: 'Chromium, whose server dies', faults: [killServer], pages: 2, browser: 'chromium' },
    { what: 'Firefox, whose server dies', faults: [killServer], pages: 1, browser: 'firefox' },
  ])('a meeting goes on: $what', async (plan) => {
    const { faults } = plan;
    const rounds = faults.length;
    const result = await drill({ ...plan, rounds, fault: () => inTurn('in turn', ...faults) });
    expect(result.problems).toEqual([]);
    expect(result.ok).toBe(true);
    expect(result.facts.acked).toBeGreaterThan(50 * rounds);
    expect(result.media.video.n).toBe(rounds * PARTICIPANTS * (PARTICIPANTS - 1));
    // One of them is muted.
    expect(result.media.audio.n).toBe(rounds * (PARTICIPANTS - 1) * (PARTICIPANTS - 1));
    expectStory(result, faults);
  });
});

/** Whoever lost media took the steps of a way back in that round, and the page about the drill tells of all rounds. */
function expectStory(result: DrillResult, faults: readonly Fault[]): void {
  expect(result.stories).toHaveLength(faults.length);
  for (const [round, { breaksMedia }] of faults.entries()) {
    const { steps = [] } = result.stories[round] ?? {};
    for (const name of breaksMedia ? (['peersMade', 'recvConnected'] as const) : []) {
      expect(new Set(steps.filter((step) => step.name === name).map(({ who }) => who)).size, name).toBe(PARTICIPANTS);
    }
  }
  const page = renderReport(toReported(result));
  expect(page).toContain('Nothing was lost');
  expect(page.match(/<figure class="timeline">/gu)?.length).toBeGreaterThan(0);
  expect(page).not.toMatch(/NaN|undefined/u);
}

test('a drill notices a lost message and a muted microphone that is heard', async () => {
  const result = await drill({
    fault: ({ clients: [, silent] }) => unmuteBriefly(silent ?? expect.fail('there is no silent client')),
    rounds: 2,
    pages: 0,
    browser: 'chromium',
    change: (scene) => ({ ...scene, journal: withoutOneMessage(scene.journal) }),
  });
  expect(result.ok).toBe(false);
  expect(result.hotMics).toBe(2);
  expect(result.facts.lost).toBe(1);
  expect(result.state.mismatches).toBeGreaterThan(0);
  const kinds = new Set(result.problems.map(({ evidence }) => evidence.kind));
  expect([...kinds].sort()).toEqual(['fact', 'hotMic', 'state']);
});
