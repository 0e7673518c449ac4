import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitUntil } from '../../../test/support/waitUntil.ts';
import { readLines } from '../readLines.ts';
import { openControl } from '../supervision/control.ts';
import { openOperatorSocket } from './openOperatorSocket.ts';

let folder: string;
const ends: (() => void)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'everroom-operator-'));
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  rmSync(folder, { recursive: true, force: true });
});

const rejected = (error: Error): never => {
  throw error;
};

async function connected(path: string): Promise<{ socket: Socket; lines: string[] }> {
  await waitUntil(() => existsSync(path) || 'the socket is not there');
  const socket = connect(path);
  const lines: string[] = [];
  readLines(socket, (line) => void lines.push(line));
  ends.push(() => socket.destroy());
  return { socket, lines };
}

test('requests are answered by number, and what is none is refused with a reason', async () => {
  const path = join(folder, 'run', 'operator.sock');
  ends.push(
    openOperatorSocket(
      path,
      async ({ type }) => {
        if (type === 'workers') return [];
        throw new Error(`no ${type} here`);
      },
      rejected,
    ),
  );
  const { socket, lines } = await connected(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'run')).mode & 0o777).toBe(0o700);
  socket.write('{"number":1,"request":{"type":"workers"}}\n{"number":2,"request":{"type":"rooms"}}\nnonsense\n');
  socket.write('{"number":3,"request":{"type":"unheard"}}\n');
  await waitUntil(() => lines.length === 4 || `only ${lines} came`);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { number: -1, failed: expect.stringContaining('does not know the request') },
    { number: -1, failed: expect.stringContaining('does not know the request') },
    { number: 1, answer: [] },
    { number: 2, failed: 'no rooms here' },
  ]);
});

test('whoever goes away without reading, or sends without end, harms nobody', async () => {
  const path = join(folder, 'operator.sock');
  ends.push(openOperatorSocket(path, async () => [], rejected));
  const control = join(folder, 'control.sock');
  const talk = async (_: unknown, say: (line: string) => void): Promise<string> => {
    say('word '.repeat(10_000));
    return 'done';
  };
  ends.push(openControl(control, talk, rejected));
  for (const at of [path, control]) {
    const { socket: leaver } = await connected(at);
    leaver.pause();
    for (let number = 0; number < 100; number += 1) leaver.write(`{"number":${number},"request":{"type":"rooms"}}\n`);
    leaver.write('{"type":"drain"}\n', () => leaver.destroy());
    const { socket: endless } = await connected(at);
    let closed = false;
    endless.on('close', () => {
      closed = true;
    });
    endless.write('x'.repeat(200_000));
    await waitUntil(() => closed || 'an endless line is not cut off');
  }
  const { socket, lines } = await connected(path);
  socket.write('{"number":7,"request":{"type":"rooms"}}\n');
  await waitUntil(() => lines.length === 1 || 'there is no answer');
  expect(lines).toEqual(['{"number":7,"answer":[]}']);
});

test('the next server takes the path over, and the one before does not take it along', async () => {
  const path = join(folder, 'operator.sock');
  const end = openOperatorSocket(path, async () => ['before'] as never, rejected);
  const { socket: early, lines: fromBefore } = await connected(path);
  await waitUntil(() => !early.connecting || 'not connected yet');
  const inode = statSync(path).ino;
  // Another process would listen at a name of its own: this one must not use the first one's twice.
  ends.push(openOperatorSocket(path, async () => ['after'] as never, rejected));
  await waitUntil(() => statSync(path).ino !== inode || 'the path is still that of the one before');
  early.write('{"number":1,"request":{"type":"rooms"}}\n');
  await waitUntil(() => fromBefore.length === 1 || 'the one before does not answer who is connected');
  end();
  const { socket: late, lines: fromAfter } = await connected(path);
  late.write('{"number":1,"request":{"type":"rooms"}}\n');
  await waitUntil(() => fromAfter.length === 1 || 'the next one does not answer');
  expect([fromBefore, fromAfter]).toEqual([['{"number":1,"answer":["before"]}'], ['{"number":1,"answer":["after"]}']]);
});
