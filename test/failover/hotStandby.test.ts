import { expect, test } from 'vitest';
import { Drill } from '../../ops/drills/drill.ts';
import { parseOptions } from '../../ops/drills/options.ts';
import { prepare } from '../../ops/drills/prepare.ts';
import { openScene } from '../../ops/drills/scene.ts';
import { Cleanup } from '../../ops/kit/cleanup.ts';
import { seedOf } from '../support/seed.ts';

test('[R1] [M2] a node dies and everybody, a page too, goes on at the second place: nothing is lost, nobody muted is heard', async () => {
  const cleanup = new Cleanup();
  const seed = seedOf('drill') % 1_000_000;
  const people = ['--participants', '3', '--pages', '1'];
  const options = parseOptions(['hot-standby', '--rounds', '1', ...people, '--seed', String(seed)]);
  if (typeof options === 'string') throw new Error(options);
  const lines = [`seed ${seed}`];
  try {
    const prepared = await prepare(options, cleanup);
    const { nodes, ...scene } = await openScene(prepared.deployment, options, cleanup, (line) => lines.push(line));
    const fault = prepared.fault(nodes, scene.clients);
    const result = await new Drill({ fault, rounds: 1, seed }, scene).run().catch(async (error: unknown) => {
      throw new Error(`${lines.join('\n')}\n${await prepared.logTail()}`, { cause: error });
    });
    expect(result.problems).toEqual([]);
    expect(result.media.video.n).toBe(6);
    expect(result.facts.acked).toBeGreaterThan(50);
    // Each went over once, with what was ready: nobody had to rebuild media.
    const statuses = await Promise.all(scene.clients.map((client) => client.status()));
    expect(statuses.map(({ recoveries }) => recoveries)).toEqual([1, 1, 1]);
  } finally {
    await cleanup.run();
  }
});
