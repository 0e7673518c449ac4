import { expect, test } from 'vitest';
import { childEnvironment, forgetSettings, sidecarEnvironment } from './childEnvironment.ts';

const env = {
  PATH: '/usr/bin',
  LC_ALL: 'C',
  API_SECRET: 'a',
  TOKEN_SECRET: 't',
  SIDECAR_SECRET: 's',
  REDIS_URL: 'redis://u:p@h',
  LOG_LEVEL: 'warn',
  AWS_SECRET_ACCESS_KEY: 'x',
  GONE: undefined,
};

test('[S2] a process that needs no setting gets none, and no secret of the machine', () => {
  expect(childEnvironment(env)).toEqual({ PATH: '/usr/bin', LC_ALL: 'C' });
});

test('[S2] a reencoder gets the one secret that it shares, and not the address of the whole Redis', () => {
  expect(sidecarEnvironment(env)).toEqual({ PATH: '/usr/bin', LC_ALL: 'C', SIDECAR_SECRET: 's', LOG_LEVEL: 'warn' });
});

test('[S2] what a process forgets, its libraries cannot pass on', () => {
  const own: NodeJS.ProcessEnv = { ...env };
  forgetSettings(own);
  expect(own).toEqual({ PATH: '/usr/bin', LC_ALL: 'C' });
});
