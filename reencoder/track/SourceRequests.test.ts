import { expect, test } from 'vitest';
import { SourceRequests } from './SourceRequests.ts';

test('a source that can never be decoded is asked less and less often', () => {
  const requests = new SourceRequests();
  const asked = [];
  for (let at = 0; at < 60_000; at += 33) if (requests.undecodable(at)) asked.push(at);
  expect(asked[0]).toBe(0);
  expect(asked.length).toBeLessThan(12);
  expect(asked.length).toBeGreaterThan(6);
});

test('after decoding has recovered, the next fault leads to a request at once', () => {
  const requests = new SourceRequests();
  for (let at = 0; at < 1_000; at += 33) requests.undecodable(at);
  expect(requests.undecodable(10_000)).toBe(true);
});
