import { describe, expect, test } from 'vitest';
import { USAGE } from '../drills/options.ts';
import { UsageFailure } from './CliFailure.ts';
import { COMMANDS, commandOf, help, helpOf, withAbsolutePaths } from './commands.mjs';
import { completionFor } from './completion.mjs';
import { Words } from './words.ts';

const rooms = commandOf('rooms') ?? expect.unreachable();
const journal = commandOf('journal') ?? expect.unreachable();

test('words are read as the command takes them', () => {
  const words = new Words(journal, ['--limit', '5', 'room-1', '--follow']);
  expect([words.word(0), words.flag('follow'), words.flag('json')]).toEqual(['room-1', true, false]);
  expect(words.number('limit', { min: 0, max: 10 }, 20)).toBe(5);
  expect(words.number('at', { min: 1, max: 10 }, null)).toBe(null);
});

test.each([
  [journal, [], 'ID is missing.'],
  [journal, ['a', 'b'], 'b means nothing here.'],
  [rooms, ['--colour'], "Unknown option '--colour'"],
  [rooms, ['--limit'], "Option '--limit <value>' argument missing"],
])('%# what a command does not take is refused with a reason', (command, typed, reason) => {
  expect(() => new Words(command, typed)).toThrow(new UsageFailure(reason));
});

test.each(['x', '-1', '1.5', '11', '', '0x5'])('%s is no number from 1 to 10', (value) => {
  const words = new Words(rooms, [`--limit=${value}`]);
  expect(() => words.number('limit', { min: 1, max: 10 }, 1)).toThrow('--limit takes a whole number from 1 to 10');
});

test('files and folders are found from where the operator stands', () => {
  const drill = commandOf('drill') ?? expect.unreachable();
  const typed = ['rolling', '--report', 'a.html', '--json=b/c.json', '--rounds', '3'];
  expect(withAbsolutePaths(drill, typed, (path) => `/home/${path}`)).toEqual([
    'rolling',
    '--report',
    '/home/a.html',
    '--json=/home/b/c.json',
    '--rounds',
    '3',
  ]);
  expect(withAbsolutePaths(rooms, ['--json', 'x'], (path) => `/home/${path}`)).toEqual(['--json', 'x']);
});

describe('help and completion', () => {
  test('every command is in the help, in 80 columns where options stand in a list', () => {
    for (const command of COMMANDS) {
      expect(help()).toContain(`  ${[command.name, ...command.words].join(' ')} `);
      for (const { name } of command.options) expect(helpOf(command)).toContain(`--${name}`);
    }
  });

  test.each(['bash', 'zsh', 'fish'])('%s completes every command, its options and its choices', (shell) => {
    const script = completionFor(shell) ?? expect.unreachable();
    for (const { name, options, choices = [] } of COMMANDS) {
      expect(script).toContain(name);
      for (const option of options)
        expect(script).toContain(shell === 'fish' ? `-l ${option.name}` : `--${option.name}`);
      for (const choice of choices) expect(script).toContain(choice);
    }
  });

  test('a drill names each of its options once, in its own usage as in the help', () => {
    const drill = commandOf('drill') ?? expect.unreachable();
    const options = [...USAGE.matchAll(/^ {2}(--[a-z-]+(?: [A-Z]+)?) +(.*)$/gm)].map(([, left]) => left);
    expect(options).toEqual(drill.options.map(({ name, value }) => `--${name}${value ? ` ${value}` : ''}`));
    expect(new Set(options).size).toBe(options.length);
    for (const fault of drill.choices ?? []) expect(USAGE).toMatch(new RegExp(`[ ,] ${fault}[,\\n]`));
  });

  test('another shell is refused', () => {
    expect(completionFor('powershell')).toBe(null);
    expect(completionFor(undefined)).toBe(null);
  });
});
