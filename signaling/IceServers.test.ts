import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { ManualClock } from '../test/support/ManualClock.ts';
import { IceServers } from './IceServers.ts';

const FIXED = [{ urls: ['stun:stun.example.org:3478'] }];
const turn = { urls: ['turn:turn.example.org:3478'], secret: { reveal: () => 'north' } };

it('each call gives credentials of its own that end some hours later', () => {
  const clock = new ManualClock();
  const servers = new IceServers(FIXED, turn, clock);
  const [stun, first] = servers.for('ann');
  expect(stun).toEqual(FIXED[0]);
  expect(first).toMatchObject({ urls: turn.urls, username: '1700021600:ann' });
  expect(first?.credential).toBe(createHmac('sha1', 'north').update('1700021600:ann').digest('base64'));

  clock.advance(60_000);
  expect(servers.for('ann')[1]).toMatchObject({ username: '1700021660:ann' });
  expect(servers.for('bob')[1]?.credential).not.toBe(servers.for('ann')[1]?.credential);
});

it('without a shared secret clients get what the settings name', () => {
  expect(new IceServers(FIXED, null, new ManualClock()).for('ann')).toEqual(FIXED);
});
