import { expect, test } from 'vitest';
import { commandOf } from './runFacts.ts';

test('the command of a report has its seed, and neither files nor addresses of this machine', () => {
  const args = [
    'server',
    '--json',
    'results/a.json',
    '--report=results/b.html',
    '--url',
    'http://10.0.0.7',
    '--rounds',
    '3',
  ];
  expect(commandOf(args, 5)).toBe('npm run drill -- server --rounds 3 --seed 5');
  expect(commandOf(['node', '--seed', '9'], 9)).toBe('npm run drill -- node --seed 9');
});
