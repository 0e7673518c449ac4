import { expect, test } from 'vitest';
import { MemoryChannels } from '../../test/support/MemoryChannel.ts';
import { PeerLinks } from './PeerLinks.ts';

test('a connection is evidence of its node while it stands, and when it ended together with the signs of life', () => {
  let now = 0;
  const links = new PeerLinks(() => now);
  expect(links.to('b', 4_000)).toBe('none');
  const channels = new MemoryChannels();
  links.watch(channels.join('a'));
  channels.join('b');
  channels.join('c');
  expect(links.to('b', 4_000)).toBe('connected');
  channels.cut('a', 'b');
  channels.leave('c');
  now = 4_000;
  expect([links.to('b', 4_000), links.to('c', 4_000)]).toEqual(['silent', 'closed']);
  // Redis heard of them for long after that.
  now = 60_000;
  expect([links.to('b', 4_000), links.to('c', 4_000)]).toEqual(['none', 'none']);
  expect(links.to('c', 58_000)).toBe('closed');
  channels.heal('a', 'b');
  expect(links.to('b', 0)).toBe('connected');
});
