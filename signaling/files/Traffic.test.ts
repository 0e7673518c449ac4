import { describe, expect, it } from 'vitest';
import { Traffic } from './Traffic.ts';

const LIMITS = { filesAtOnce: 2, filesAtOnceOfAddress: 3, fileBytes: { burst: 1_000, perSecond: 10 } };
const ann = { roomId: 'r', participantId: 'ann', address: '192.0.2.1' };
const bob = { ...ann, participantId: 'bob' };

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(5);
  yield new Uint8Array(5);
}

function begin(traffic: Traffic, who: typeof ann, bytes = 10): AsyncIterator<Uint8Array> {
  return traffic.send(who, { bytes, open: pieces }).open()[Symbol.asyncIterator]();
}

describe('files under way', () => {
  it('one person reads so many at once, and an address its share; whoever ends makes room', async () => {
    const traffic = new Traffic(LIMITS, () => 0);
    const [first, second, third] = [begin(traffic, ann), begin(traffic, ann), begin(traffic, bob)];
    for (const each of [first, second, third]) await each.next();
    expect(() => begin(traffic, ann)).toThrow('at once');
    // The address has no place left, though this person has.
    expect(() => begin(traffic, bob)).toThrow('at once');
    expect(() => begin(traffic, { ...bob, address: '192.0.2.2' })).not.toThrow();

    await first.return?.();
    const fourth = begin(traffic, ann);
    while (!(await fourth.next()).done);
    while (!(await second.next()).done);
    for (const each of [begin(traffic, ann), begin(traffic, ann)]) await each.next();
    expect(() => begin(traffic, ann)).toThrow('at once');
  });

  it('those that were let in together do not all begin', async () => {
    const traffic = new Traffic(LIMITS, () => 0);
    const all = Array.from({ length: 4 }, () => begin(traffic, ann));
    const begun = await Promise.allSettled(all.map((each) => each.next()));
    expect(begun.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
  });

  it('what one person sends at once is bounded too, and the next attempt succeeds once one has ended', async () => {
    const traffic = new Traffic(LIMITS, () => 0);
    const ends: (() => void)[] = [];
    const upload = () =>
      new Promise<Response>((resolve) => ends.push(() => resolve(new Response(null, { status: 204 }))));
    const running = [traffic.receive(ann, upload), traffic.receive(ann, upload)];
    expect((await traffic.receive(ann, upload)).status).toBe(423);
    ends.shift()?.();
    await running[0];
    const next = traffic.receive(ann, upload);
    for (const end of ends) end();
    expect((await next).status).toBe(204);
    await expect(traffic.receive(ann, () => Promise.reject(new Error('the disk')))).rejects.toThrow('the disk');
    expect((await traffic.receive(ann, () => Promise.resolve(new Response()))).status).toBe(200);
  });

  it('an address reads so many bytes in the long run, whoever reads them', () => {
    let now = 0;
    const traffic = new Traffic(LIMITS, () => now);
    begin(traffic, ann, 5_000);
    expect(() => begin(traffic, bob)).toThrow();
    now = 399_000;
    expect(() => begin(traffic, bob)).toThrow();
    now = 401_000;
    expect(() => begin(traffic, bob)).not.toThrow();
  });
});
