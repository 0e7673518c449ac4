import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestBody, RequestName, ResponseBody } from '../../signaling/protocol/requests.ts';
import { CommandTimedOut, ConnectError, ConnectionLost, RequestRefused } from '../errors.ts';
import { CommandQueue } from './CommandQueue.ts';

interface Asked {
  readonly name: RequestName;
  readonly body: unknown;
  answer(): void;
  fail(error: Error): void;
}

/** A link whose answers the test gives. */
class ManualLink {
  readonly asked: Asked[] = [];

  request<N extends RequestName>(name: N, body: RequestBody<N>): Promise<ResponseBody<N>> {
    return new Promise((resolve, reject) => {
      this.asked.push({ name, body, answer: () => resolve({} as ResponseBody<N>), fail: reject });
    });
  }

  get bodies(): unknown[] {
    return this.asked.map(({ body }) => body);
  }

  lose(): void {
    for (const { fail } of this.asked) fail(new ConnectionLost('lost'));
  }
}

describe('CommandQueue', () => {
  let queue: CommandQueue;

  beforeEach(() => {
    vi.useFakeTimers();
    let ids = 0;
    queue = new CommandQueue(() => `c${++ids}`, 1_000);
  });
  afterEach(() => void vi.useRealTimers());

  it('[J3] the command queue sends unanswered commands again, in order and under the same ids', async () => {
    const first = new ManualLink();
    queue.attach(first);
    const raised = queue.send('raiseHand', {});
    const renamed = queue.send('rename', { name: 'x' });
    first.lose();
    await Promise.resolve();
    queue.detach();

    const second = new ManualLink();
    queue.attach(second);
    expect(second.bodies).toEqual([{ commandId: 'c1' }, { commandId: 'c2', name: 'x' }]);
    for (const { answer } of second.asked) answer();
    await expect(Promise.all([raised, renamed])).resolves.toEqual([{}, {}]);

    const third = new ManualLink();
    queue.attach(third);
    expect(third.asked).toEqual([]);
  });

  it('the command queue keeps commands that are given while away', () => {
    void queue.send('raiseHand', {});
    const link = new ManualLink();
    queue.attach(link);
    expect(link.bodies).toEqual([{ commandId: 'c1' }]);
  });

  it('a refused command is answered and not sent again', async () => {
    const link = new ManualLink();
    queue.attach(link);
    const refused = queue.send('raiseHand', {});
    link.asked[0]?.fail(new RequestRefused('FORBIDDEN', 'no'));
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('[J3] a command that reached a session that was over is decided in the next one', async () => {
    const [first, second] = [new ManualLink(), new ManualLink()];
    queue.attach(first);
    const [early, late] = [queue.send('raiseHand', {}), queue.send('rename', { name: 'x' })];
    first.asked[0]?.fail(new RequestRefused('STALE_SESSION', 'another node has it'));
    await Promise.resolve();
    queue.attach(second);
    // The refusal of the old link comes after the command went out on the new one.
    first.asked[1]?.fail(new RequestRefused('FORBIDDEN', 'no'));
    expect(second.bodies).toEqual(first.bodies);
    for (const { answer } of second.asked) answer();
    await expect(Promise.all([early, late])).resolves.toEqual([{}, {}]);
  });

  it('a command that cannot be sent in time is given up', async () => {
    const waiting = expect(queue.send('raiseHand', {})).rejects.toBeInstanceOf(CommandTimedOut);
    await vi.advanceTimersByTimeAsync(1_000);
    await waiting;
    const link = new ManualLink();
    queue.attach(link);
    expect(link.asked).toEqual([]);
  });

  it('the command queue rejects every waiting command when the connection is over', async () => {
    const waiting = queue.send('raiseHand', {});
    queue.abandon(new ConnectError('CANCELLED', 'over'));
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
