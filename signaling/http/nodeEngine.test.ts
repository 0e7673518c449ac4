import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { createNodeEngine } from './nodeEngine.ts';
import { ALONE } from './sharedPort.ts';

const BODY_MS = 20;
const engine = createNodeEngine(
  async () => ({ status: 200, headers: {}, body: { bytes: 10, open } }),
  1_000,
  null,
  BODY_MS,
);
afterAll(() => engine.close());

/** The time for the body of the request is over when the second half comes: that timer was started first. */
async function* open(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('hello');
  await sleep(BODY_MS);
  yield Buffer.from('world');
}

it('an answer may take longer than the body of a request', async () => {
  const port = await engine.listen('127.0.0.1', 0, ALONE);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('helloworld');
});
