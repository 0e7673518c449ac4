import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/ManualClock.ts';
import { Gathering } from './Gathering.ts';

class Receiver {
  readonly sent: string[][] = [];
  #gathered: string[] = [];

  write(encoded: string): void {
    this.sent.push([encoded]);
  }

  gather(encoded: string): boolean {
    this.#gathered.push(encoded);
    return true;
  }

  flush(): void {
    this.sent.push(this.#gathered.splice(0));
  }
}

function told(receivers: number, waitMs: number) {
  const clock = new ManualClock();
  const gathering = new Gathering(clock);
  const receiver = new Receiver();
  const tell = (encoded: string): void => gathering.tell('room', receiver, encoded, receivers);
  tell('one');
  tell('two');
  clock.advance(waitMs);
  tell('three');
  return receiver.sent;
}

test('a few people hear of everything at once', () => {
  expect(told(50, 0)).toEqual([['one'], ['two'], ['three']]);
});

test('many hear together of what happens within a moment, which is longer for more of them', () => {
  expect(told(500, 59)).toEqual([]);
  expect(told(500, 60)).toEqual([['one', 'two']]);
  expect(told(100_000, 99)).toEqual([]);
  expect(told(100_000, 100)).toEqual([['one', 'two']]);
});
