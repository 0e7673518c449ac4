import { expect, test } from 'vitest';
import { Drill } from '../../ops/drills/drill.ts';
import { freezeReencoder } from '../../ops/drills/faults/freezeReencoder.ts';
import { inTurn } from '../../ops/drills/faults/inTurn.ts';
import { killReencoder } from '../../ops/drills/faults/killReencoder.ts';
import { openScene } from '../../ops/drills/scene.ts';
import { Cleanup } from '../../ops/kit/cleanup.ts';
import { PrivateDeployment } from '../../ops/kit/deployment/PrivateDeployment.ts';
import { seedOf } from '../support/seed.ts';

const ROUNDS = 2;
const PARTICIPANTS = 3;
const FREEZE_MS = 3_000;

test('[R1] a reencoder that dies or hangs costs its viewers a moment, and no event is emitted', async () => {
  const cleanup = new Cleanup();
  const seed = seedOf('drill of reencoders') % 1_000_000;
  const lines = [`seed ${seed}`];
  const settings = { REENCODER: 'auto', REENCODER_TRACKS: String(PARTICIPANTS) };
  const deployment = await PrivateDeployment.start({ workers: 1, settings });
  cleanup.add(() => deployment.stop());
  try {
    const cast = { participants: PARTICIPANTS, pages: 0 };
    const scene = await openScene(deployment, cast, cleanup, (line) => lines.push(line));
    const fault = inTurn('reencoder', killReencoder, freezeReencoder(FREEZE_MS));
    const result = await new Drill({ fault, rounds: ROUNDS, seed, reencoded: true }, scene).run();
    expect(result.problems).toEqual([]);
    expect(result.ok).toBe(true);
    expect(result.facts.acked).toBeGreaterThan(100);
    expect(result.media.video.n).toBe(ROUNDS * PARTICIPANTS * (PARTICIPANTS - 1));
    expect(result.fallbackMs?.n).toBe(ROUNDS);
    expect(result.returnMs?.n).toBe(ROUNDS);
  } catch (error) {
    throw new Error(`${lines.join('\n')}\n${await deployment.logTail()}`, { cause: error });
  } finally {
    await cleanup.run();
  }
});
