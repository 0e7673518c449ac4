import { describe, expect, it } from 'vitest';
import { NodeList, redialDelayMs, websocketPath } from './redial.ts';

describe('redialDelayMs', () => {
  it('a client redials many times a second at first', () => {
    for (const random of [0, 0.5, 0.999]) {
      expect(redialDelayMs(0, random)).toBeGreaterThanOrEqual(15);
      expect(redialDelayMs(299, random)).toBeLessThanOrEqual(25);
      expect(redialDelayMs(300, random)).toBeGreaterThanOrEqual(45);
      expect(redialDelayMs(3_999, random)).toBeLessThan(80);
    }
  });

  it('a client never waits more than three seconds to redial, and never less than in the beginning', () => {
    for (let sinceLossMs = 4_000; sinceLossMs < 3_600_000; sinceLossMs *= 1.5) {
      expect(redialDelayMs(sinceLossMs, 0.999)).toBeLessThanOrEqual(3_000);
      expect(redialDelayMs(sinceLossMs, 0)).toBeGreaterThan(60);
    }
  });
});

describe('websocketPath', () => {
  it('the websocket path is always the same where a failed websocket costs nothing', () => {
    expect([0, 0.7].map((random) => websocketPath(random, false))).toEqual(['/socket.io', '/socket.io']);
  });

  it('the websocket path is new each time, below the usual one, where the browser delays the next websocket', () => {
    const paths = [0, 0.1, 0.7, 0.999].map((random) => websocketPath(random, true));
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of paths) expect(path).toMatch(/^\/socket\.io\/[0-9a-z]+$/);
  });
});

describe('NodeList', () => {
  it('the node list gives the nodes in turn', () => {
    const nodes = new NodeList(['a', 'b']);
    expect([nodes.next(), nodes.next(), nodes.next()]).toEqual(['a', 'b', 'a']);
  });

  it('the node list spares a node until the time that it named, unless all are to be spared', () => {
    const nodes = new NodeList(['a', 'b', 'c']);
    nodes.spare('a', 1_000);
    expect([nodes.next(0), nodes.next(0), nodes.next(0)]).toEqual(['b', 'c', 'b']);
    nodes.spare('b', 3_000);
    nodes.spare('c', 2_000);
    expect([nodes.peek(0), nodes.sparedForMs('a', 0), nodes.sparedForMs('a', 1_500)]).toEqual(['a', 1_000, 0]);
  });

  it('the node list tries a node that failed after all others', () => {
    const nodes = new NodeList(['a', 'b', 'c']);
    nodes.demote('a');
    expect(nodes.urls).toEqual(['b', 'c', 'a']);
  });

  it('the node list keeps what the application gave when a server names others', () => {
    const nodes = new NodeList(['given']);
    nodes.learn(['b', 'a']);
    expect(nodes.urls).toEqual(['b', 'a', 'given']);
  });

  it('the node list needs a node', () => {
    expect(() => new NodeList([])).toThrow('at least one node');
  });
});
