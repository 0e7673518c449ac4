import { describe, expect, test } from 'vitest';
import { describeRedisUrl, parseRedisUrl } from './redisUrl.ts';

describe('a Redis URL', () => {
  test.each([
    ['redis://localhost', { kind: 'standalone', options: { host: 'localhost', port: 6379, db: 0 } }],
    [
      'redis://ann:s%40cret:x@10.0.0.1:7000/2',
      { kind: 'standalone', options: { username: 'ann', password: 's@cret:x', host: '10.0.0.1', port: 7000, db: 2 } },
    ],
    ['redis://:p@ss@host', { kind: 'standalone', options: { password: 'p@ss', host: 'host', port: 6379, db: 0 } }],
    ['redis://:pw@host/', { kind: 'standalone', options: { password: 'pw', host: 'host', port: 6379, db: 0 } }],
    ['rediss://[::1]:7000', { kind: 'standalone', options: { host: '::1', port: 7000, db: 0, tls: {} } }],
    ['unix:///var/run/redis.sock', { kind: 'standalone', options: { path: '/var/run/redis.sock', db: 0 } }],
    ['unix:///a%20b/c d.sock?db=3', { kind: 'standalone', options: { path: '/a b/c d.sock', db: 3 } }],
    ['/var/run/redis.sock', { kind: 'standalone', options: { path: '/var/run/redis.sock', db: 0 } }],
    [
      'redis+sentinel://:pw@s1,s2:26380/main/1',
      {
        kind: 'sentinel',
        options: {
          password: 'pw',
          sentinels: [
            { host: 's1', port: 26379 },
            { host: 's2', port: 26380 },
          ],
          name: 'main',
          db: 1,
          enableTLSForSentinelMode: false,
        },
      },
    ],
    [
      'rediss+cluster://ann:pw@c1:7000,c2',
      {
        kind: 'cluster',
        nodes: [
          { host: 'c1', port: 7000 },
          { host: 'c2', port: 6379 },
        ],
        options: { username: 'ann', password: 'pw', tls: {} },
      },
    ],
  ])('the Redis URL %s is understood', (url, address) => {
    expect(parseRedisUrl(url)).toEqual(address);
  });

  test.each([
    'http://localhost',
    'localhost:6379',
    '',
    'redis://',
    'redis://host:0',
    'redis://host:70000',
    'redis://host:port',
    'redis://host/zero',
    'redis://a,b',
    'redis+sentinel://s1',
    'redis+cluster://c1/3',
    'unix://relative/redis.sock',
    'redis://:topsecret@host:x',
    'redis://:top/secret@host',
    'redis://user/topsecret@host',
    'topsecret@host',
    'redis://:%ZZ@host',
  ])('the Redis URL %j is refused, and no password is shown', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(TypeError);
    expect(() => parseRedisUrl(url)).not.toThrow('secret');
  });

  test('a Redis URL is shown without its password', () => {
    expect(describeRedisUrl('redis+sentinel://ann:pw@s1,s2/main')).toBe('redis+sentinel://s1,s2/main');
    expect(describeRedisUrl('redis://:p@ss/w@host/1')).toBe('redis://host/1');
    expect(describeRedisUrl('unix:///a@b/redis.sock')).toBe('unix:///a@b/redis.sock');
  });
});
