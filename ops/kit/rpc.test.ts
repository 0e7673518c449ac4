import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { openRpc } from './rpc.ts';

interface Counter {
  add(by: number): Promise<number>;
  fail(): Promise<never>;
  hang(): Promise<void>;
}

/** Two ends that carry JSON, as Node's IPC channel does. */
function ends(): [EventEmitter & { send(message: unknown): void }, EventEmitter & { send(message: unknown): void }] {
  const [one, two] = [new EventEmitter(), new EventEmitter()];
  const to = (other: EventEmitter) => (message: unknown) => {
    setImmediate(() => other.emit('message', JSON.parse(JSON.stringify(message))));
  };
  return [Object.assign(one, { send: to(two) }), Object.assign(two, { send: to(one) })];
}

class CounterOfTheChild implements Counter {
  #count = 0;

  async add(by: number): Promise<number> {
    this.#count += by;
    return this.#count;
  }

  async fail(): Promise<never> {
    throw new TypeError('as the test wants it');
  }

  hang(): Promise<void> {
    return new Promise(() => {});
  }
}

test('a parent can call its child, and the child its parent', async () => {
  const [parent, child] = ends();
  const { remote } = openRpc<Counter>(parent, { name: () => 'the parent' });
  const { remote: above } = openRpc<{ name(): string }>(child, new CounterOfTheChild());
  expect([await remote.add(2), await remote.add(3), await above.name()]).toEqual([2, 5, 'the parent']);
});

test('an error of the other side arrives with its message and its stack', async () => {
  const [parent, child] = ends();
  const { remote } = openRpc<Counter>(parent);
  openRpc(child, new CounterOfTheChild());
  await expect(remote.fail()).rejects.toThrow(/TypeError: as the test wants it\n.*rpc\.test\.ts/);
  await expect((remote as unknown as { nothing(): Promise<void> }).nothing()).rejects.toThrow('nothing');
});

test('pending and later calls reject with the reason why the other side is gone', async () => {
  const [parent, child] = ends();
  const rpc = openRpc<Counter>(parent);
  openRpc(child, new CounterOfTheChild());
  const pending = rpc.remote.hang();
  await rpc.remote.add(1);
  rpc.end('the child has ended (SIGKILL)');
  await expect(pending).rejects.toThrow('the child has ended (SIGKILL)');
  await expect(rpc.remote.add(1)).rejects.toThrow('the child has ended (SIGKILL)');
});
