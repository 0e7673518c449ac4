import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LONGEST_BODY, type NodeChannel, NodeRefusal } from '../../core/cluster/NodeChannel.ts';
import type { NodeId } from '../../core/room/state.ts';
import { waitUntil } from '../support/waitUntil.ts';

/** Three nodes that reach each other. */
export interface ChannelsUnderTest {
  readonly channels: { readonly a: NodeChannel; readonly b: NodeChannel; readonly c: NodeChannel };
  readonly ids: { readonly a: NodeId; readonly b: NodeId; readonly c: NodeId };
  /** Nothing passes between a and b any more, until the returned function is called. */
  cut(): () => void;
  close(): Promise<void>;
}

/** Long texts take their time on a busy machine. */
const PATIENT_MS = 30_000;

/** The contract of NodeChannel, which every implementation must keep. */
export function describeNodeChannel(name: string, create: () => Promise<ChannelsUnderTest>): void {
  describe(`channel between nodes: ${name}`, () => {
    let under: ChannelsUnderTest;
    const ends: (() => void)[] = [];
    const reach = (from: 'a' | 'b' | 'c', to: 'a' | 'b' | 'c') => under.channels[from].connected.has(under.ids[to]);

    beforeAll(async () => {
      under = await create();
      await waitUntil(() => (reach('a', 'b') && reach('b', 'a') && reach('a', 'c')) || 'the nodes do not connect');
    });
    afterEach(() => {
      for (const end of ends.splice(0)) end();
    });
    afterAll(() => under.close());

    const asIs = (body: unknown) => body;

    /** Collects what node `at` is told. */
    function toldTo(at: 'a' | 'b' | 'c', topic: string, parse: (body: unknown) => unknown = asIs) {
      const told: { from: NodeId; body: unknown }[] = [];
      ends.push(under.channels[at].onTold(topic, parse, (from, body) => told.push({ from, body })));
      return told;
    }

    function answerAt(at: 'a' | 'b' | 'c', topic: string, answer: (from: NodeId, body: unknown) => unknown) {
      ends.push(under.channels[at].onAsked(topic, asIs, answer));
    }

    test('what is told arrives once, in order, both ways, at the node that it is for', async () => {
      const { channels, ids } = under;
      const told = { a: toldTo('a', 'count'), b: toldTo('b', 'count'), c: toldTo('c', 'count') };
      for (let i = 0; i < 100; i++) {
        channels.a.tell(ids.b, 'count', { i });
        channels.b.tell(ids.a, 'count', { i: 1_000 + i });
      }
      await waitUntil(() => (told.a.length >= 100 && told.b.length >= 100) || `${told.a.length}, ${told.b.length}`);
      expect(told.b).toEqual(Array.from({ length: 100 }, (_, i) => ({ from: ids.a, body: { i } })));
      expect(told.a.map(({ body }) => body)).toEqual(Array.from({ length: 100 }, (_, i) => ({ i: 1_000 + i })));
      expect(told.c).toEqual([]);
    });

    test('a question overtakes nothing that was told before', async () => {
      const told = toldTo('b', 'before');
      answerAt('b', 'how many', () => told.length);
      for (let i = 0; i < 10; i++) under.channels.a.tell(under.ids.b, 'before', i);
      expect(await under.channels.a.ask(under.ids.b, 'how many', null)).toBe(10);
    });

    test('texts of every kind and length arrive as they are, up to the longest', async () => {
      const ask = (topic: string, body: unknown) => under.channels.a.ask(under.ids.b, topic, body, PATIENT_MS);
      answerAt('b', 'echo', (_, body) => body);
      for (const text of ['', '"\\\u0000', 'ä€𝄞\ud800'.repeat(1_000), 'x'.repeat(LONGEST_BODY - 2)]) {
        expect((await ask('echo', text)) === text).toBe(true);
      }
      const tooLong = 'x'.repeat(LONGEST_BODY);
      await expect(ask('echo', tooLong)).rejects.toMatchObject({ code: 'TOO_LARGE' });
      answerAt('b', 'too much', () => tooLong);
      await expect(ask('too much', null)).rejects.toMatchObject({ code: 'TOO_LARGE' });
      under.channels.a.tell(under.ids.b, 'echo', tooLong);
      expect(await ask('echo', 'still here')).toBe('still here');
    });

    test('many questions at once get their own answers, whatever the order of these', async () => {
      const waiting: (() => void)[] = [];
      answerAt('b', 'double', async (_, body) => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return Number(body) * 2;
      });
      const answers = Promise.all([1, 2, 3].map((n) => under.channels.a.ask(under.ids.b, 'double', n)));
      await waitUntil(() => waiting.length === 3 || 'b has not heard all questions');
      for (const resolve of waiting.reverse()) resolve();
      expect(await answers).toEqual([2, 4, 6]);
    });

    test('a node refuses by name; what it failed at is named too; no answer is null', async () => {
      const ask = (topic: string) => under.channels.a.ask(under.ids.b, topic, {});
      answerAt('b', 'refuse', () => {
        throw new NodeRefusal('NO_ROOM', 'There is no room.');
      });
      answerAt('b', 'fail', async () => {
        throw new TypeError('a secret of this node');
      });
      answerAt('b', 'nothing', () => undefined);
      const refused = ask('refuse');
      await expect(refused).rejects.toBeInstanceOf(NodeRefusal);
      await expect(refused).rejects.toMatchObject({ code: 'NO_ROOM', message: 'There is no room.' });
      const failed = ask('fail');
      await expect(failed).rejects.toMatchObject({ code: 'FAILED' });
      await expect(failed).rejects.not.toThrow('secret');
      expect(await ask('nothing')).toBeNull();
      await expect(ask('a topic of another version')).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' });
    });

    test('what is not understood is dropped, or refused by name; the next is heard', async () => {
      const parse = (body: unknown) => {
        if (typeof body !== 'number') throw new TypeError('no number');
        return body;
      };
      const told = toldTo('b', 'number', parse);
      ends.push(under.channels.b.onAsked('number', parse, () => told.length));
      under.channels.a.tell(under.ids.b, 'number', 'one');
      under.channels.a.tell(under.ids.b, 'number', 2);
      const ask = (body: unknown) => under.channels.a.ask(under.ids.b, 'number', body);
      await expect(ask('one')).rejects.toMatchObject({ code: 'NOT_UNDERSTOOD' });
      expect(await ask(1)).toBe(1);
      expect(told.map(({ body }) => body)).toEqual([2]);
    });

    test('a listener that throws does not disturb the next message', async () => {
      let heard = 0;
      ends.push(
        under.channels.b.onTold('throws', asIs, () => {
          heard += 1;
          throw new Error('a bug');
        }),
      );
      under.channels.a.tell(under.ids.b, 'throws', 1);
      under.channels.a.tell(under.ids.b, 'throws', 2);
      await waitUntil(() => heard === 2 || `${heard} of 2 are heard`);
      expect(reach('a', 'b')).toBe(true);
    });

    test('a topic has one listener, and none once it has ended', async () => {
      const end = under.channels.b.onAsked('one', asIs, () => 'first');
      expect(() => under.channels.b.onAsked('one', asIs, () => 'second')).toThrow('one');
      end();
      await expect(under.channels.a.ask(under.ids.b, 'one', null)).rejects.toMatchObject({ code: 'TOPIC_UNKNOWN' });
      answerAt('b', 'one', () => 'third');
      end();
      expect(await under.channels.a.ask(under.ids.b, 'one', null)).toBe('third');
    });

    test('a node that does not answer, or is not there, is unavailable', async () => {
      answerAt('b', 'never', () => new Promise(() => {}));
      const { a } = under.channels;
      await expect(a.ask(under.ids.b, 'never', null, 30)).rejects.toMatchObject({ name: 'Unavailable', what: 'node' });
      await expect(a.ask('a stranger', 'never', null)).rejects.toMatchObject({ name: 'Unavailable', what: 'node' });
      a.tell('a stranger', 'never', null);
    });

    test('a cut is noticed at both ends, ends questions, and loses what is told; all is well afterwards', async () => {
      const { channels, ids } = under;
      // On a busy machine they may have lost each other a moment ago: then the question would never leave.
      await waitUntil(() => (reach('a', 'b') && reach('b', 'a')) || 'they are not connected');
      const changes: [string, NodeId, boolean][] = [];
      for (const at of ['a', 'b'] as const) {
        ends.push(channels[at].onChange((nodeId, connected) => changes.push([at, nodeId, connected])));
      }
      const told = toldTo('b', 'word');
      const asked = { pending: 0 };
      answerAt('b', 'never', () => {
        asked.pending += 1;
        return new Promise(() => {});
      });
      answerAt('b', 'alive', () => 'yes');
      let outcome: string | undefined;
      const ask = (): Promise<unknown> => {
        const question = channels.a.ask(ids.b, 'never', null, 10_000);
        question.catch((error: Error) => {
          outcome = error.message;
        });
        return question;
      };
      let question = ask();
      await waitUntil(() => {
        if (asked.pending > 0) return true;
        const missing = `b has not heard the question: ${outcome}`;
        // They may have lost each other in this moment.
        if (outcome !== undefined) question = ask();
        outcome = undefined;
        return missing;
      });

      const heal = under.cut();
      await expect(question).rejects.toMatchObject({ name: 'Unavailable', what: 'node' });
      await waitUntil(() => (!reach('a', 'b') && !reach('b', 'a')) || 'the cut is not noticed');
      expect(reach('a', 'c')).toBe(true);
      channels.a.tell(ids.b, 'word', 'lost');
      await expect(channels.a.ask(ids.b, 'alive', null)).rejects.toMatchObject({ name: 'Unavailable' });

      heal();
      await waitUntil(() => (reach('a', 'b') && reach('b', 'a')) || 'they do not connect again');
      channels.a.tell(ids.b, 'word', 'heard');
      expect(await channels.a.ask(ids.b, 'alive', null)).toBe('yes');
      expect(told).toEqual([{ from: ids.a, body: 'heard' }]);
      for (const [at, other] of [['a', ids.b] as const, ['b', ids.a] as const]) {
        const of = changes.filter(([node]) => node === at);
        expect(of.length % 2).toBe(0);
        expect(of).toEqual(of.map((_, i) => [at, other, i % 2 === 1]));
      }
    });
  });
}
