import { expect, test } from 'vitest';
import { rehearse } from '../../../ops/run/rehearsal.ts';
import { recordingLogger, systemClock } from '../../support/system.ts';
import { madeByWorkers, workerPids } from './workers.ts';

test('a standby rehearses a whole recovery, and nothing of it stays', async () => {
  const logger = recordingLogger();
  const before = madeByWorkers();
  await rehearse({ iceTcp: true, clock: systemClock, logger });
  // Two transports and two producers for each of the two people.
  expect(madeByWorkers() - before).toBe(8);
  expect(workerPids()).toEqual([]);
  expect(logger.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
});
