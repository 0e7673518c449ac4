import { expect, test } from 'vitest';
import { Progress } from './progress.mjs';

/** @param {{ terminal: boolean, quiet?: boolean }} options */
function progressTo({ terminal, quiet = false }) {
  /** @type {string[]} */
  const written = [];
  const progress = new Progress({ steps: 1, quiet, terminal, write: (text) => written.push(text) });
  return { progress, text: () => written.join('').replace(/\(\d+\.\d s\)/g, '(time)') };
}

test('a log file gets every line that stays, however soon it follows the last one', async () => {
  const { progress, text } = progressTo({ terminal: false });
  await progress.step('Worker', async (say) => {
    say('one');
    say('two');
    say('three', { stays: true });
    return 'built';
  });
  expect(text()).toBe('[1/1] Worker … one (time)\n[1/1] Worker … three (time)\n[1/1] Worker … built (time)\n');
});

test('on a terminal the next words replace the last, but not a line that stays', async () => {
  const { progress, text } = progressTo({ terminal: true });
  await progress.step('Worker', async (say) => {
    say('one', { stays: true });
    say('two');
  });
  const clear = '\r\x1b[2K';
  const head = `${clear}[1/1] Worker …`;
  expect(text()).toBe(`${head}${head} one (time)\n${head} two (time)${head} ready (time)\n`);
});

test('a quiet step without work shows nothing and returns its result', async () => {
  const { progress, text } = progressTo({ terminal: false, quiet: true });
  expect(
    await progress.step(
      'Worker',
      async () => ({ version: 'v1' }),
      ({ version }) => version,
    ),
  ).toEqual({ version: 'v1' });
  expect(text()).toBe('');
});
