import { describe, expect, test } from 'vitest';
import { parseSettings } from '../settings/settings.ts';
import { type PlanOptions, planNodes } from './planNodes.ts';

const first = { dataFolder: '/data', port: 3000, redisSocket: '/data/run/redis.sock' };

const plan = (env: Record<string, string> = {}, more: Partial<PlanOptions> = {}) =>
  planNodes({
    ...{ first, count: 2, machine: { cores: 6, name: 'box' }, areFree: async () => true, isInUse: () => false },
    set: parseSettings(env, '').set,
    ...more,
  });

describe('nodes that join one on the same machine', () => {
  test('nodes that join have their own folders, names and ports, the Redis of the first one, and share the processors', async () => {
    const [second, third] = await plan();
    expect(second).toMatchObject({ name: 'box-2', dataFolder: '/data/nodes/2', port: 3001 });
    expect(second?.env).toEqual({
      ...{ REDIS_URL: '/data/run/redis.sock', EVERROOM_DATA: '/data/nodes/2', NODE_NAME: 'box-2', PORT: '3001' },
      ...{ MEDIA_PORT: '40012', WORKERS: '2', REENCODER: 'off' },
    });
    expect(third?.env).toMatchObject({ PORT: '3002', MEDIA_PORT: '40016', NODE_NAME: 'box-3' });
  });

  test('nodes that join skip ports that are taken and folders that are in use', async () => {
    const [second, third] = await plan(
      {},
      { areFree: async (port) => port !== 3001 && port !== 40_012, isInUse: (folder) => folder === '/data/nodes/2' },
    );
    expect(second?.env).toMatchObject({ NODE_NAME: 'box-3', PORT: '3002', MEDIA_PORT: '40016' });
    expect(third?.env).toMatchObject({ NODE_NAME: 'box-4', PORT: '3003', MEDIA_PORT: '40020' });
    await expect(plan({}, { areFree: async () => false })).rejects.toThrow('no 1 free ports');
  });

  test('addresses that name the first node differ in the port, and another Redis is shared', async () => {
    const [second] = await plan({
      ...{ NODE_URL: 'https://meet.example.org', METRICS_PORT: '9090', REDIS_URL: 'redis://redis' },
      ...{ WORKERS: '1' },
    });
    expect(second?.env).toMatchObject({
      NODE_URL: 'https://meet.example.org:3001',
      METRICS_PORT: '9091',
      WORKERS: '1',
    });
    expect(second?.env.REDIS_URL).toBe('redis://redis');
    await expect(plan({}, { first: { ...first, redisSocket: null } })).rejects.toThrow('REDIS_URL is not set');
  });
});
