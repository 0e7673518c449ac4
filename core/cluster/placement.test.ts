import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../test/support/seed.ts';
import { type Arrival, fallbacks, type PlacedNode, place, type Scene } from './placement.ts';

const nodeOf = (nodeId: string, more: Partial<PlacedNode> = {}): PlacedNode => ({
  ...{ nodeId, url: `https://${nodeId}.example.org`, draining: false, full: false, load: 0, capacity: 100 },
  ...{ cpu: 0, region: null },
  ...more,
});

const [a, b, c] = [nodeOf('a'), nodeOf('b'), nodeOf('c')];

interface Given extends Partial<Omit<Arrival, 'holders' | 'left'>> {
  readonly holders?: readonly PlacedNode[];
  readonly left?: readonly PlacedNode[];
}

/** The ids of the nodes where a client should try, in order; `here` stays at the node that it asked. */
function placed({ holders = [], left = [], ...given }: Given): readonly string[] | 'here' | 'full' {
  const where = place({
    ...{ roomId: 'room', here: a, others: [b, c], comesBack: false, ...given },
    holders: new Set(holders.map(({ nodeId }) => nodeId)),
    left: new Set(left.map(({ url }) => url)),
  });
  return where.type === 'elsewhere' ? where.nodes.map(({ nodeId }) => nodeId) : where.type;
}

describe('a newcomer', () => {
  it('a newcomer goes to the node that has the room', () => {
    expect(placed({ holders: [b] })).toEqual(['b', expect.anything()]);
    expect(placed({ holders: [a] })).toBe('here');
  });

  it('a newcomer stays where the room is, although another node of the room is emptier', () => {
    expect(placed({ here: nodeOf('a', { load: 90 }), holders: [a, b] })).toBe('here');
  });

  it('a newcomer goes to another node when those of the room have no space, and to them when there is none anywhere', () => {
    const full = nodeOf('b', { load: 100 });
    expect(placed({ others: [full], holders: [full] })).toBe('here');
    expect(placed({ here: nodeOf('a', { load: 100 }), others: [b], holders: [a] })).toEqual(['b']);
    expect(placed({ here: nodeOf('a', { load: 100 }), others: [full], holders: [full] })).toEqual(['b']);
  });

  it('a newcomer goes to the least used node while nobody has the room', () => {
    const [busy, crowded] = [nodeOf('b', { cpu: 0.8 }), nodeOf('c', { load: 60 })];
    expect(placed({ here: nodeOf('a', { load: 50 }), others: [busy, crowded, nodeOf('d')] })).toEqual(
      expect.arrayContaining(['d', 'b', 'c']),
    );
    expect(placed({ here: nodeOf('a', { load: 50 }), others: [busy, crowded, nodeOf('d')] })[0]).toBe('d');
    expect(placed({ others: [busy, crowded] })).toBe('here');
  });

  it('a newcomer stays in the region among nodes of similar use', () => {
    const [far, near] = [nodeOf('b', { region: 'us' }), nodeOf('c', { region: 'eu', load: 10 })];
    for (const roomId of ['1', '2', '3', '4', '5', '6', '7', '8']) {
      const where = placed({ roomId, here: nodeOf('a', { region: 'eu', load: 15 }), others: [far, near] });
      expect(where === 'here' ? 'c' : where[0]).toBe('c');
    }
  });

  it('a room goes on in the region where somebody comes in, unless nothing there has space', () => {
    const here = nodeOf('a', { region: 'eu' });
    const [us, eu] = [nodeOf('b', { region: 'us' }), nodeOf('c', { region: 'eu', load: 60 })];
    expect(placed({ here, others: [us, eu], holders: [us] })).toBe('here');
    expect(placed({ here, others: [us, eu], holders: [us, eu] })).toEqual(['c', 'b']);
    expect(placed({ here: nodeOf('a', { region: 'eu', load: 100 }), others: [us], holders: [us] })).toEqual(['b']);
    // Somebody who comes back stays with the room, and so does who comes in at a node that names no region.
    expect(placed({ here, others: [us, eu], holders: [us], comesBack: true })).toEqual(['b']);
    expect(placed({ others: [us, eu], holders: [us] })).toEqual(['b', 'c']);
  });

  it('a newcomer is refused when every node is full, and by no node before', () => {
    const full = { full: true };
    expect(placed({ here: nodeOf('a', full), others: [nodeOf('b', full)], holders: [a] })).toBe('full');
    expect(placed({ here: nodeOf('a', full), others: [nodeOf('b', full), c], holders: [a] })).toEqual(['c']);
  });

  it('a newcomer is not sent to a node that it could not get into, that drains, or that has the same address', () => {
    expect(placed({ holders: [b], left: [b], others: [b] })).toBe('here');
    expect(placed({ holders: [b], others: [nodeOf('b', { draining: true })] })).toBe('here');
    expect(placed({ holders: [b], others: [nodeOf('b', { url: a.url })] })).toBe('here');
  });
});

describe('somebody who comes back', () => {
  it('somebody who comes back goes to the node that has the room, however full', () => {
    expect(placed({ comesBack: true, holders: [b], others: [nodeOf('b', { full: true }), c] })).toEqual(['b']);
    expect(placed({ comesBack: true, holders: [a, b] })).toBe('here');
  });

  it('somebody who comes back stays when no living node has the room, or when the client could not stay there', () => {
    expect(placed({ comesBack: true, here: nodeOf('a', { full: true }) })).toBe('here');
    expect(placed({ comesBack: true, holders: [b], left: [c] })).toBe('here');
  });
});

describe('fallbacks', () => {
  const many = Array.from({ length: 5 }, (_, i) => nodeOf(`n${i}`));
  const scene = (more: Partial<Scene> = {}): Scene => ({
    ...{ roomId: 'room', here: a, others: many, holders: new Set<string>(), ...more },
  });

  it('the nodes of the room come first, full ones last, draining ones not at all', () => {
    const others = [nodeOf('b', { full: true }), c, nodeOf('d'), nodeOf('e', { draining: true })];
    const order = fallbacks(scene({ others, holders: new Set(['d']) }));
    expect(order.map(({ nodeId }) => nodeId)).toEqual(['d', 'c', 'b']);
  });

  it('the rooms of a node spread over all others, each as a whole', () => {
    const first = (roomId: string, others: readonly PlacedNode[]) => fallbacks(scene({ roomId, others }))[0]?.nodeId;
    const rooms = Array.from({ length: 1_000 }, (_, i) => `room-${i}`);
    const counts = new Map<string | undefined, number>();
    for (const roomId of rooms) {
      const next = first(roomId, many);
      counts.set(next, (counts.get(next) ?? 0) + 1);
      expect(
        first(
          roomId,
          [...many].reverse().map((node) => ({ ...node, load: 50 })),
        ),
      ).toBe(next);
    }
    for (const { nodeId } of many) expect(counts.get(nodeId)).toBeGreaterThan(150);
  });
});

const ids = ['a', 'b', 'c', 'd', 'e'];
const cluster = fc.record({
  roomId: fc.string({ unit: 'binary', maxLength: 12 }),
  nodes: fc.subarray(ids, { minLength: 1 }).chain((chosen) =>
    fc.tuple(
      ...chosen.map((nodeId) =>
        fc
          .record({
            draining: fc.boolean(),
            full: fc.boolean(),
            load: fc.integer({ min: 0, max: 150 }),
            capacity: fc.constantFrom(0, 100),
            cpu: fc.double({ min: 0, max: 1, noNaN: true }),
            region: fc.constantFrom(null, 'eu', 'us'),
          })
          .map((more) => nodeOf(nodeId, more)),
      ),
    ),
  ),
  holders: fc.subarray([...ids, 'gone']),
  left: fc.subarray([...ids.map((id) => nodeOf(id).url), 'https://unknown.example.org']),
  comesBack: fc.boolean(),
});

/** Where the client ends that follows the answers, and how many it followed. `left` names what it cannot get into. */
function follow(first: PlacedNode, nodes: readonly PlacedNode[], arrival: Omit<Arrival, 'here' | 'others'>) {
  let here = first;
  for (let hops = 0; ; hops += 1) {
    const where = place({ ...arrival, here, others: nodes.filter((node) => node !== here) });
    if (where.type !== 'elsewhere' || hops > nodes.length) return { end: where.type, here, hops };
    expect(where.nodes.length).toBeGreaterThan(0);
    here = where.nodes[0] as PlacedNode;
  }
}

describe('properties', () => {
  it('every client ends after one step, or two between regions, as long as the nodes see the same', () => {
    fc.assert(
      fc.property(cluster, ({ nodes, holders, left, ...more }) => {
        for (const first of nodes) {
          const arrival = { ...more, holders: new Set(holders), left: new Set(left) };
          const { end, hops } = follow(first, nodes, arrival);
          expect(end).not.toBe('elsewhere');
          expect(hops).toBeLessThanOrEqual(nodes.every(({ region }) => region === null) ? 1 : 2);
        }
      }),
      seeded('placement ends', 1_000),
    );
  });

  it('newcomers who start at different nodes of one region end on one node while nobody has the room', () => {
    fc.assert(
      fc.property(cluster, ({ nodes: given, roomId }) => {
        const nodes = given.map((node) => ({ ...node, draining: false, region: 'eu' }));
        const arrival = { roomId, comesBack: false, holders: new Set<string>(), left: new Set<string>() };
        const ends = nodes.map((first) => follow(first, nodes, arrival));
        if (nodes.every(({ full }) => full)) expect(ends.every(({ end }) => end === 'full')).toBe(true);
        else expect(new Set(ends.map(({ here }) => here.nodeId)).size).toBe(1);
      }),
      seeded('newcomers meet', 1_000),
    );
  });

  it('nobody who comes back is refused, and nobody is sent to a node that drains or was left', () => {
    fc.assert(
      fc.property(cluster, ({ nodes: [here, ...others], holders, left, ...more }) => {
        if (!here) return;
        const where = place({ ...more, here, others, holders: new Set(holders), left: new Set(left) });
        if (more.comesBack) expect(where.type).not.toBe('full');
        if (where.type !== 'elsewhere') return;
        for (const node of where.nodes) {
          expect([node.draining, left.includes(node.url), node.nodeId === here.nodeId]).toEqual([false, false, false]);
          if (!more.comesBack) expect(node.full).toBe(false);
        }
      }),
      seeded('placement is kind', 1_000),
    );
  });
});
