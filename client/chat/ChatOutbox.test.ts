import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionLost, RequestRefused } from '../errors.ts';
import { MemoryStorage } from '../storage.ts';
import { ChatOutbox, forgetOldOutboxes, type OutboxMessage, outboxKey } from './ChatOutbox.ts';

const KEY = 'outbox';

/** A room that keeps what was posted; the test decides its answers. */
class PostBox {
  readonly posted: OutboxMessage[] = [];
  readonly storage = new MemoryStorage();
  fails: Error | undefined;
  now = 1;
  room = { room: 100, newest: null as string | null };
  #ids = 0;

  open(): ChatOutbox {
    return new ChatOutbox({
      storage: this.storage,
      key: KEY,
      newId: () => `id-${++this.#ids}`,
      now: () => this.now,
      room: () => this.room,
      post: async (message) => {
        this.posted.push(message);
        if (this.fails !== undefined) throw this.fails;
      },
      changed: () => undefined,
    });
  }

  get texts(): string[] {
    return this.posted.map((message) => message.text);
  }
}

describe('ChatOutbox', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('[C1] messages written while away leave in order once connected', async () => {
    const box = new PostBox();
    const outbox = box.open();
    for (const text of ['one', 'two', 'three']) outbox.add(text);
    expect(box.texts).toEqual([]);
    outbox.connected();
    await vi.runAllTimersAsync();
    expect(box.texts).toEqual(['one', 'two', 'three']);
    expect(outbox.messages).toEqual([]);
    expect(box.storage.getItem(KEY)).toBeNull();
  });

  it('[C1] a message whose answer was lost goes out again under the same ids, before those behind it', async () => {
    const box = new PostBox();
    const outbox = box.open();
    box.fails = new ConnectionLost('gone');
    outbox.connected();
    outbox.add('one');
    outbox.add('two');
    await vi.advanceTimersByTimeAsync(0);
    box.fails = undefined;
    await vi.runAllTimersAsync();
    expect(box.texts).toEqual(['one', 'one', 'two']);
    expect(box.posted[0]).toEqual(box.posted[1]);
  });

  it('[C1] a reloaded page sends what the one before could not, under the same ids', async () => {
    const box = new PostBox();
    const before = box.open();
    const { messageId, commandId } = before.add('one');
    before.disconnected();
    box.open().connected();
    await vi.runAllTimersAsync();
    expect(box.posted).toMatchObject([{ messageId, commandId, text: 'one' }]);
  });

  it('a refused message is kept as failed and does not hold up the others', async () => {
    const box = new PostBox();
    const outbox = box.open();
    outbox.connected();
    box.fails = new RequestRefused('FORBIDDEN', 'no');
    const { messageId } = outbox.add('bad');
    await vi.advanceTimersByTimeAsync(0);
    box.fails = undefined;
    outbox.add('good');
    await vi.runAllTimersAsync();
    expect(box.texts).toEqual(['bad', 'good']);
    expect(outbox.messages).toMatchObject([{ messageId, failed: 'FORBIDDEN' }]);

    outbox.retry(messageId);
    await vi.runAllTimersAsync();
    expect(box.texts).toEqual(['bad', 'good', 'bad']);
    expect(outbox.messages).toEqual([]);
  });

  it('a message that is refused for a passing reason is sent again and not failed', async () => {
    const box = new PostBox();
    const outbox = box.open();
    box.fails = new RequestRefused('JOURNAL_UNAVAILABLE', 'later');
    outbox.connected();
    outbox.add('one');
    await vi.advanceTimersByTimeAsync(2_500);
    expect(outbox.messages).toMatchObject([{ failed: null }]);
    box.fails = undefined;
    await vi.runAllTimersAsync();
    expect(outbox.messages).toEqual([]);
  });

  it('a message that the room shows is not sent again', async () => {
    const box = new PostBox();
    const outbox = box.open();
    outbox.seen(outbox.add('one').messageId);
    outbox.connected();
    await vi.runAllTimersAsync();
    expect(box.texts).toEqual([]);
  });

  it('[C1] every attempt tells what the room was at the first one, through a reload of the page too', async () => {
    const box = new PostBox();
    box.room = { room: 100, newest: 'm7' };
    const before = box.open();
    box.fails = new ConnectionLost('gone');
    before.connected();
    before.add('one');
    await vi.advanceTimersByTimeAsync(0);
    before.disconnected();
    box.fails = undefined;
    box.room = { room: 100, newest: 'm9' };
    box.open().connected();
    await vi.runAllTimersAsync();
    expect(box.posted.map(({ firstSent }) => firstSent)).toEqual([
      { room: 100, newest: 'm7' },
      { room: 100, newest: 'm7' },
    ]);
  });

  it('[C1] a message for a room that was closed since fails, and goes into the new room only by hand', async () => {
    const box = new PostBox();
    const outbox = box.open();
    const { messageId } = outbox.add('for the old room');
    box.room = { room: 200, newest: null };
    outbox.connected();
    outbox.add('for the new room');
    await vi.runAllTimersAsync();
    expect(box.texts).toEqual(['for the new room']);
    expect(outbox.messages).toMatchObject([{ messageId, failed: 'TOO_LATE' }]);
    outbox.retry(messageId);
    await vi.runAllTimersAsync();
    expect(box.posted.at(-1)).toMatchObject({ text: 'for the old room', firstSent: { room: 200 } });
  });

  it("[C1] yesterday's message fails instead of leaving by itself", async () => {
    const box = new PostBox();
    const { messageId } = box.open().add('I am on my way');
    box.now += 24 * 3_600_000;
    const outbox = box.open();
    outbox.connected();
    await vi.runAllTimersAsync();
    expect(box.texts).toEqual([]);
    expect(outbox.messages).toMatchObject([{ messageId, failed: 'TOO_LATE' }]);
  });

  it.each(['STALE_SESSION', 'NOT_IN_ROOM'] as const)(
    '[C1] a message that a dead session could not post (%s) waits for the next one, before those behind it',
    async (code) => {
      const box = new PostBox();
      const outbox = box.open();
      box.fails = new RequestRefused(code, 'over');
      outbox.connected();
      outbox.add('one');
      outbox.add('two');
      await vi.advanceTimersByTimeAsync(0);
      outbox.disconnected();
      expect(outbox.messages).toMatchObject([{ failed: null }, { failed: null }]);
      box.fails = undefined;
      outbox.connected();
      await vi.runAllTimersAsync();
      expect(box.texts).toEqual(['one', 'one', 'two']);
      expect(outbox.messages).toEqual([]);
    },
  );

  it('what a former stay left unsent is forgotten once it is too old to be sent, and not before', () => {
    const box = new PostBox();
    const entry = { messageId: 'm', commandId: 'c', text: 'hi', at: 1_000, failed: null };
    box.storage.setItem(outboxKey('room', 'former'), JSON.stringify([entry]));
    box.storage.setItem('everroom:session:room', 'kept');
    forgetOldOutboxes(box.storage, 3_600_000);
    expect(box.storage.getItem(outboxKey('room', 'former'))).not.toBeNull();
    forgetOldOutboxes(box.storage, 24 * 3_600_000);
    expect(box.storage.getItem(outboxKey('room', 'former'))).toBeNull();
    expect(box.storage.getItem('everroom:session:room')).toBe('kept');
  });

  it('a stored value that is no outbox is not read as one', () => {
    const box = new PostBox();
    box.storage.setItem(KEY, '[{"text":1}]');
    expect(box.open().messages).toEqual([]);
    box.storage.setItem(KEY, 'not json');
    expect(box.open().messages).toEqual([]);
  });
});
