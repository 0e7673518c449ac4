import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/fastCheck.ts';
import { type Carrier, Carriers } from './Carriers.ts';

class FakeCarrier implements Carrier {
  readonly id: string;
  closed = false;
  /** How often it was said to be shown in place of others. */
  choices = 0;
  #delivered: (() => void) | undefined;

  constructor(id: string) {
    this.id = id;
  }

  get watched(): boolean {
    return this.#delivered !== undefined;
  }

  watchFlow(delivered: () => void): () => void {
    this.#delivered = delivered;
    return () => {
      this.#delivered = undefined;
    };
  }

  deliver(): void {
    const delivered = this.#delivered;
    this.#delivered = undefined;
    delivered?.();
  }

  chosen(): void {
    this.choices += 1;
  }

  close(): void {
    this.closed = true;
  }
}

function scene() {
  const shown: string[] = [];
  const carriers = new Carriers<FakeCarrier>((carrier) => shown.push(carrier.id));
  const session = {};
  const [source, reencoded] = [new FakeCarrier('source'), new FakeCarrier('reencoded')];
  return { carriers, shown, session, source, reencoded };
}

function pause(carriers: Carriers<FakeCarrier>, ...ids: string[]): void {
  carriers.setPaused(ids.map((consumerId) => ({ consumerId, paused: true })));
}

function resume(carriers: Carriers<FakeCarrier>, ...ids: string[]): void {
  carriers.setPaused(ids.map((consumerId) => ({ consumerId, paused: false })));
}

describe('which consumer of a track is shown', () => {
  it('the only consumer of a track is shown at once', () => {
    const { carriers, shown, session, source } = scene();
    carriers.add(session, [{ carrier: source, paused: true }]);
    expect(shown).toEqual(['source']);
    expect(carriers.paused).toBe(true);
  });

  it('a paused consumer that closes holds no frame, and the next one is shown at once', () => {
    const { carriers, shown, session, source, reencoded } = scene();
    carriers.add(session, [{ carrier: source, paused: false }]);
    pause(carriers, 'source');
    carriers.closed(['source']);
    expect(source.closed).toBe(true);
    expect(carriers.shown).toBeUndefined();
    carriers.add(session, [{ carrier: reencoded, paused: true }]);
    expect(shown).toEqual(['source', 'reencoded']);
  });

  it('of two consumers that come together the flowing one is shown', () => {
    const { carriers, shown, session, source, reencoded } = scene();
    carriers.add(session, [
      { carrier: reencoded, paused: false },
      { carrier: source, paused: true },
    ]);
    expect(shown).toEqual(['reencoded']);
  });

  it('a consumer that is resumed is shown when its frame is there, not before', () => {
    const { carriers, shown, session, source, reencoded } = scene();
    carriers.add(session, [{ carrier: source, paused: false }]);
    carriers.add(session, [{ carrier: reencoded, paused: true }]);
    resume(carriers, 'reencoded');
    expect(shown).toEqual(['source']);
    reencoded.deliver();
    expect(shown).toEqual(['source', 'reencoded']);
    pause(carriers, 'source');
    expect(shown).toEqual(['source', 'reencoded']);
    expect(source.closed).toBe(false);
  });

  it('the server hears what else may stop: after a change, and when the shown consumer is resumed', () => {
    const { carriers, session, source, reencoded } = scene();
    carriers.add(session, [{ carrier: source, paused: false }]);
    pause(carriers, 'source');
    resume(carriers, 'source');
    expect(source.choices).toBe(0);
    carriers.add(session, [{ carrier: reencoded, paused: true }]);
    expect(source.choices).toBe(1);
    resume(carriers, 'reencoded');
    expect(reencoded.choices).toBe(0);
    reencoded.deliver();
    pause(carriers, 'source');
    expect([source.choices, reencoded.choices]).toEqual([1, 1]);
    pause(carriers, 'reencoded');
    resume(carriers, 'reencoded');
    expect(reencoded.choices).toBe(2);
    carriers.closed(['source']);
    expect([source.choices, reencoded.choices]).toEqual([1, 2]);
  });

  it('the server hears nothing of a former session, which its own node ends', () => {
    const { carriers, session, source } = scene();
    const [next, moved] = [{}, new FakeCarrier('moved')];
    carriers.add(session, [{ carrier: source, paused: false }]);
    carriers.add(next, [{ carrier: moved, paused: false }], session);
    moved.deliver();
    expect([source.choices, moved.choices]).toEqual([0, 0]);
  });

  it('the other consumer is shown at once when the shown one is paused or closed', () => {
    for (const stop of ['pause', 'close'] as const) {
      const { carriers, shown, session, source, reencoded } = scene();
      carriers.add(session, [
        { carrier: source, paused: true },
        { carrier: reencoded, paused: false },
      ]);
      resume(carriers, 'source');
      if (stop === 'pause') pause(carriers, 'reencoded');
      else carriers.closed(['reencoded']);
      expect(shown).toEqual(['reencoded', 'source']);
      expect(source.watched).toBe(false);
      expect(reencoded.closed).toBe(stop === 'close');
    }
  });

  it('a consumer that is paused again before its frame arrives is not shown', () => {
    const { carriers, shown, session, source, reencoded } = scene();
    carriers.add(session, [
      { carrier: source, paused: false },
      { carrier: reencoded, paused: true },
    ]);
    resume(carriers, 'reencoded');
    pause(carriers, 'reencoded');
    reencoded.deliver();
    expect(shown).toEqual(['source']);
  });

  it('the last frame holds while no consumer flows', () => {
    const { carriers, shown, session, source, reencoded } = scene();
    carriers.add(session, [
      { carrier: source, paused: true },
      { carrier: reencoded, paused: false },
    ]);
    pause(carriers, 'reencoded');
    expect(shown).toEqual(['reencoded']);
    expect(carriers.paused).toBe(true);
    resume(carriers, 'reencoded');
    expect(shown).toEqual(['reencoded']);
    carriers.closed(['reencoded']);
    expect(shown).toEqual(['reencoded']);
    expect(reencoded.closed).toBe(false);
    resume(carriers, 'source');
    expect(shown).toEqual(['reencoded', 'source']);
    expect(reencoded.closed).toBe(true);
  });

  it('a former session serves until the new one has a frame, and its consumers close with it', () => {
    const { carriers, shown, session, source } = scene();
    const [next, moved] = [{}, new FakeCarrier('moved')];
    carriers.add(session, [{ carrier: source, paused: false }]);
    carriers.add(next, [{ carrier: moved, paused: false }], session);
    expect([shown, carriers.flowsFrom(session)]).toEqual([['source'], true]);
    moved.deliver();
    expect([shown, carriers.flowsFrom(session)]).toEqual([['source', 'moved'], false]);
    expect(source.closed).toBe(false);
    carriers.endSession(session);
    pause(carriers, 'moved');
    resume(carriers, 'moved');
    expect(shown).toEqual(['source', 'moved']);
  });

  it('what the new session has paused does not keep a former one, and is shown when that one ends', () => {
    const { carriers, shown, session, source } = scene();
    const [next, moved] = [{}, new FakeCarrier('moved')];
    carriers.add(session, [{ carrier: source, paused: false }]);
    carriers.add(next, [{ carrier: moved, paused: true }], session);
    expect([shown, carriers.flowsFrom(session)]).toEqual([['source'], false]);
    carriers.endSession(session);
    expect(shown).toEqual(['source', 'moved']);
  });

  it('a consumer that is closed and was not shown leaves no trace', () => {
    const { carriers, shown, session, source, reencoded } = scene();
    carriers.add(session, [
      { carrier: source, paused: false },
      { carrier: reencoded, paused: true },
    ]);
    carriers.closed(['reencoded']);
    expect(reencoded.closed).toBe(true);
    expect(carriers.has('reencoded')).toBe(false);
    expect(shown).toEqual(['source']);
  });

  it('consumers of a new session replace all consumers of the old one', () => {
    const { carriers, shown, session, source, reencoded } = scene();
    carriers.add(session, [
      { carrier: source, paused: true },
      { carrier: reencoded, paused: false },
    ]);
    const next = { session: {}, source: new FakeCarrier('source of the next session') };
    carriers.add(next.session, [{ carrier: next.source, paused: true }]);
    expect(shown).toEqual(['reencoded', 'source of the next session']);
    expect([source.closed, reencoded.closed]).toEqual([true, true]);
    expect(carriers.isOf(session)).toBe(false);
  });

  it('a track settles on the newest consumer that flows, and never holds one that the server closed', () => {
    const id = fc.constantFrom('a', 'b', 'c');
    const happening = fc.record({ id, what: fc.constantFrom('add', 'pause', 'resume', 'close', 'deliver') });
    fc.assert(
      fc.property(fc.array(happening), (happenings) => {
        let shown: FakeCarrier | undefined;
        const carriers = new Carriers<FakeCarrier>((carrier) => {
          shown = carrier;
        });
        const session = {};
        const all = new Map<string, FakeCarrier>();
        /** The flowing consumers, the newest last. */
        let flowing: string[] = [];
        for (const { id, what } of happenings) {
          if (what === 'add' && !carriers.has(id)) {
            const carrier = new FakeCarrier(id);
            all.set(id, carrier);
            carriers.add(session, [{ carrier, paused: false }]);
            flowing.push(id);
          } else if (what === 'resume' && all.has(id) && !flowing.includes(id)) {
            resume(carriers, id);
            flowing.push(id);
          } else if (what === 'pause') {
            pause(carriers, id);
            flowing = flowing.filter((other) => other !== id);
          } else if (what === 'close') {
            carriers.closed([id]);
            all.delete(id);
            flowing = flowing.filter((other) => other !== id);
          } else if (what === 'deliver') {
            all.get(id)?.deliver();
          }
          // One that was paused and closed is shown no more.
          if (carriers.shown !== undefined) expect(shown === carriers.shown).toBe(true);
          expect(carriers.shown?.closed ?? false).toBe(false);
        }
        for (const carrier of all.values()) carrier.deliver();
        const newest = flowing.at(-1);
        if (newest !== undefined) expect(carriers.shown?.id).toBe(newest);
        expect(carriers.paused).toBe(flowing.length === 0);
        expect(carriers.silenced).toBe(flowing.length === 0 && all.size > 0);
        carriers.close();
        expect([...all.values()].every(({ closed }) => closed)).toBe(true);
      }),
    );
  });
});
