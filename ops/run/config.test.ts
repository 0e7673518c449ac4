import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseConfig } from './config.ts';
import type { Machine } from './machine.ts';
import { ConfigError, describeSettings } from './settings/settings.ts';
import { type Neighbour, parseSidecarConfig } from './sidecarConfig.ts';

const machine: Machine = {
  cores: 4,
  memoryMb: 8_192,
  name: 'box',
  addresses: ['127.0.0.1', '192.168.1.5'],
  networkAddress: '192.168.1.5',
  folder: '/srv/everroom',
};
const generated = {
  apiKey: 'key-1',
  apiSecret: 'generated-api-secret',
  tokenSecret: 'generated-token-secret',
  sidecarSecret: 'generated-sidecar-secret',
};
const parse = (env: Record<string, string>, file = '') => parseConfig(env, file, machine, () => generated);
const LONG = 'x'.repeat(40);

function problemsOf(env: Record<string, string>, file = ''): string {
  try {
    parse(env, file);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('defaults', () => {
  test('every setting has a default', () => {
    const config = parse({});
    expect(config.http).toEqual({
      host: '0.0.0.0',
      frameAncestors: [],
      port: 3000,
      standbyPorts: [40_008, 40_009],
      standbyUrls: [],
      publicUrl: 'http://localhost:3000',
      tls: null,
      metrics: null,
    });
    expect(parse({ METRICS_PORT: '9090' }).http.metrics).toEqual({ host: '127.0.0.1', port: 9090 });
    expect(config.media).toMatchObject({ basePort: 40_000, workers: 4, workerCapacity: 500 });
    expect(config.admission).toEqual({ consumers: 8_000, lagMs: 200, entriesAtOnce: 100 });
    expect(parse({ MAX_CONSUMERS: '0' }).admission.consumers).toBe(Number.POSITIVE_INFINITY);
    expect(config.redis).toEqual({ url: undefined, memoryMb: 2_048, durability: { mode: 'fsync' } });
    expect(config.room.graceMs).toBe(20_000);
    expect(config.node).toEqual({ name: 'box', dataFolder: '/srv/everroom/data' });
  });

  test('browsers on the machine and on its network each get an address that they reach', () => {
    expect(parse({}).media.listen.map(({ ip }) => ip)).toEqual(['192.168.1.5', '127.0.0.1']);
    expect(parse({ ANNOUNCED_ADDRESS: '192.168.1.5' }).media.listen).toEqual([{ ip: '192.168.1.5' }]);
    expect(parse({ ANNOUNCED_ADDRESS: '203.0.113.7' }).media.listen).toEqual([
      { ip: '0.0.0.0', announcedAddress: '203.0.113.7' },
    ]);
  });

  test('rooms may be created from the page until an API key is set', () => {
    expect(parse({}).auth.openRoomCreation).toBe(true);
    expect(parse({ API_KEY: 'shop', API_SECRET: LONG }).auth.openRoomCreation).toBe(false);
    expect(parse({ API_KEY: 'shop', API_SECRET: LONG, OPEN_ROOM_CREATION: 'true' }).auth.openRoomCreation).toBe(true);
  });

  test('where people sign in, they make rooms, and guests come in with a link', () => {
    const signIn = { OIDC_ISSUER: 'https://id.example.org', OIDC_CLIENT_ID: 'meet' };
    const { auth } = parse({ ...signIn, OIDC_HOSTS: 'groups=staff, chairs', API_KEY: 'shop', API_SECRET: LONG });
    expect(auth).toMatchObject({ openRoomCreation: 'signed-in', guestAccess: true });
    expect(auth.signIn).toMatchObject({
      ...{ clientSecret: null, scopes: 'openid profile', sessionMs: 12 * 3_600_000 },
      claims: { name: 'name', hosts: { claim: 'groups', values: ['staff', 'chairs'] } },
    });
    expect(parse({}).auth.signIn).toBeNull();
    expect(problemsOf({ OIDC_ISSUER: signIn.OIDC_ISSUER })).toContain('OIDC_CLIENT_ID must be set too');
    expect(problemsOf({ ...signIn, OIDC_ISSUER: 'http://id.example.org' })).toContain('must begin with https');
    expect(problemsOf({ ...signIn, OIDC_SCOPES: 'profile', OIDC_HOSTS: 'staff' })).toMatch(
      /scope openid.*groups=staff/s,
    );
    expect(problemsOf({ OPEN_ROOM_CREATION: 'signed-in' })).toContain('needs OIDC_ISSUER');
    for (const issuer of ['http://localhost:9', 'http://127.0.0.1:9', 'http://[::1]:9']) {
      expect(parse({ ...signIn, OIDC_ISSUER: issuer }).auth.signIn?.issuer).toBe(issuer);
    }
  });
});

describe('sources', () => {
  test('a setting of the environment wins over the file, and empty means not set', () => {
    const file = 'PORT=4000\n# a comment\nHOST="127.0.0.1"\nWORKERS=2\n';
    const config = parse({ PORT: '5000', HOST: '', WORKERS: '3' }, file);
    expect([config.http.port, config.http.host, config.media.workers]).toEqual([5000, '127.0.0.1', 3]);
  });
});

describe('bad settings', () => {
  test('one error names all bad settings', () => {
    const problems = problemsOf(
      { PORT: 'http', DURABILITY: 'maybe', REDIS_URL: 'http://:hunter2@host', GRACE_MS: '1.5' },
      'PROT=1',
    );
    for (const name of ['PORT', 'DURABILITY', 'REDIS_URL', 'GRACE_MS', 'PROT in the settings file']) {
      expect(problems).toContain(name);
    }
    expect(problems).not.toContain('hunter2');
  });

  test('an error names settings that contradict each other', () => {
    expect(problemsOf({ API_KEY: 'shop' })).toContain('API_SECRET');
    expect(problemsOf({ DURABILITY: 'replica' })).toContain('REDIS_URL');
    expect(problemsOf({ PORT: '40007' })).toContain('media ports 40000 to 40007');
    expect(problemsOf({ MEDIA_PORT: '65529' })).toContain('8 ports, two for each worker: choose one below 65529');
    expect(problemsOf({ METRICS_PORT: '3000' })).toContain('METRICS_PORT 3000 is PORT');
    expect(problemsOf({ STANDBY_PORT: '2999' })).toContain('STANDBY_PORT 2999');
    expect(problemsOf({ STANDBY_URLS: 'https://a.example' })).toContain('STANDBY_URLS must be two URLs');
  });

  test('a short secret is refused and not shown', () => {
    const problems = problemsOf({ TOKEN_SECRET: 'hunter2' });
    expect(problems).toContain('TOKEN_SECRET');
    expect(problems).not.toContain('hunter2');
  });
});

describe('TLS', () => {
  test('a certificate makes the addresses of the server secure ones', () => {
    const { http, reencoding } = parse({ TLS_CERT: 'tls/cert.pem', TLS_KEY: '/etc/everroom/key.pem' });
    expect(http.tls).toEqual({ certFile: '/srv/everroom/tls/cert.pem', keyFile: '/etc/everroom/key.pem' });
    expect(http.publicUrl).toBe('https://localhost:3000');
    expect(reencoding.sidecarUrl).toBe('https://192.168.1.5:3000');
  });

  test('certificate and key belong together', () => {
    expect(problemsOf({ TLS_CERT: 'cert.pem' })).toContain('TLS_KEY must be set too');
    expect(problemsOf({ TLS_KEY: 'key.pem' })).toContain('TLS_CERT must be set too');
  });
});

describe('proxies', () => {
  test('proxies on this machine are trusted, others if the settings name them', () => {
    expect(parse({}).signaling.trustedProxies).toEqual(['loopback']);
    const named = parse({ TRUSTED_PROXIES: '10.0.0.0/8,  fd00::7, loopback' }).signaling.trustedProxies;
    expect(named).toEqual(['10.0.0.0/8', 'fd00::7', 'loopback']);
  });

  test('an error names proxies that are no addresses', () => {
    const problems = problemsOf({ TRUSTED_PROXIES: '10.0.0.0/8, proxy.example.org, 10.0.0.0/40' });
    expect(problems).toContain('TRUSTED_PROXIES has "proxy.example.org"');
    expect(problems).toContain('TRUSTED_PROXIES has "10.0.0.0/40"');
    expect(problems).not.toContain('has "10.0.0.0/8"');
  });
});

test('files in a bucket need an endpoint, the bucket and keys', () => {
  const complete = {
    FILES: 's3',
    FILES_S3_ENDPOINT: 'http://minio:9000',
    FILES_S3_BUCKET: 'everroom-files',
    FILES_S3_ACCESS_KEY: 'everroom',
    FILES_S3_SECRET_KEY: 'the-secret-of-files',
  };
  const { files } = parse(complete);
  expect(files?.kept).toMatchObject({ s3: { endpoint: 'http://minio:9000', region: 'us-east-1', pathStyle: true } });
  expect(inspect(files, { depth: 10 }) + JSON.stringify(files)).not.toContain('the-secret-of-files');
  const { FILES_S3_SECRET_KEY: _, ...withoutSecret } = complete;
  expect(problemsOf(withoutSecret)).toContain('FILES_S3_SECRET_KEY must be set too: FILES s3 needs it');
  expect(problemsOf({ ...complete, FILES_S3_BUCKET: 'a/b' })).toContain('FILES_S3_BUCKET must be the name of a bucket');
});

describe('TURN servers with a shared secret', () => {
  test('TURN servers and their secret belong together', () => {
    const { turn } = parse({ TURN_URLS: 'turn:a.example.org, turns:b.example.org:443', TURN_SECRET: LONG }).signaling;
    expect(turn?.urls).toEqual(['turn:a.example.org', 'turns:b.example.org:443']);
    expect(inspect(turn)).not.toContain(LONG);
    expect(problemsOf({ TURN_URLS: 'turn:a.example.org' })).toContain('TURN_SECRET must be set too');
    expect(problemsOf({ TURN_SECRET: LONG })).toContain('TURN_URLS must be set too');
  });

  test('an error names what is no TURN server', () => {
    const problems = problemsOf({ TURN_URLS: 'stun:a.example.org, turn:b.example.org', TURN_SECRET: LONG });
    expect(problems).toContain('TURN_URLS has "stun:a.example.org"');
    expect(problems).not.toContain('has "turn:b.example.org"');
  });
});

describe('ICE servers', () => {
  test('ICE servers are absent, or valid `iceServers` of browsers', () => {
    expect(parse({}).signaling.iceServers.reveal()).toEqual([]);
    const turn = { urls: ['turn:a.example.org', 'turns:b.example.org:443'], username: 'u', credential: 'c' };
    const text = JSON.stringify([{ urls: 'stun:stun.example.org:3478' }, turn]);
    expect(parse({ ICE_SERVERS: text }).signaling.iceServers.reveal()).toEqual([
      { urls: ['stun:stun.example.org:3478'] },
      turn,
    ]);
  });

  test.each([
    ['no JSON', '[{', 'ICE_SERVERS must be JSON'],
    ['no list', '{"urls": "stun:a"}', 'ICE_SERVERS must be a list'],
    ['another kind of URL', '[{"urls": "https://a"}]', 'ICE_SERVERS.0.urls must be a URL such as stun:'],
    ['a name that browsers do not know', '[{"urls": "stun:a", "url": "stun:b"}]', '"url"'],
    ['TURN without a password', '[{"urls": "turn:a", "username": "hunter2"}]', 'ICE_SERVERS.0 needs a username'],
  ])('ICE servers with %s are refused, and not shown', (_, text, problem) => {
    const problems = problemsOf({ ICE_SERVERS: text });
    expect(problems).toContain(problem);
    expect(problems).not.toContain('hunter2');
  });
});

test('[S2] secrets do not print', () => {
  const config = parse({
    API_KEY: 'shop',
    API_SECRET: LONG,
    TOKEN_SECRET: LONG,
    REDIS_URL: 'redis://:pw@host:6379',
    ICE_SERVERS: JSON.stringify([{ urls: 'turn:host', username: 'u', credential: LONG }]),
    OIDC_ISSUER: 'https://id.example.org',
    OIDC_CLIENT_ID: 'meet',
    OIDC_CLIENT_SECRET: LONG,
  });
  for (const printed of [inspect(config, { depth: 9 }), JSON.stringify(config), `${config.auth.tokenSecret}`]) {
    expect(printed).not.toContain(LONG);
    expect(printed).not.toContain('pw@');
  }
  expect(config.auth.apiSecret.reveal()).toBe(LONG);
});

describe('reencoding', () => {
  const neighbour: Neighbour = { sidecarSecret: 'kept-secret', redisSocket: '/srv/everroom/data/run/redis.sock' };
  const sidecar = (env: Record<string, string>, given: Partial<Neighbour> = neighbour) =>
    parseSidecarConfig(env, '', machine, () => ({ sidecarSecret: undefined, redisSocket: undefined, ...given }));

  test('sidecars find the node by its host or its network address, unless a URL is set', () => {
    expect(parse({}).reencoding).toMatchObject({
      sidecar: 'auto',
      sidecarUrl: 'http://192.168.1.5:3000',
      plainPorts: null,
    });
    expect(parse({ HOST: '127.0.0.1', PORT: '80' }).reencoding.sidecarUrl).toBe('http://127.0.0.1:80');
    expect(parse({ HOST: 'fd00::1' }).reencoding.sidecarUrl).toBe('http://[fd00::1]:3000');
    expect(parse({ SIDECAR_URL: 'https://inside.example.org/' }).reencoding.sidecarUrl).toBe(
      'https://inside.example.org',
    );
  });

  test('ports are a range that leaves the media ports alone', () => {
    expect(parse({ REENCODER_PORTS: '50000-50999' }).reencoding.plainPorts).toEqual({ min: 50_000, max: 50_999 });
    for (const bad of ['50000', '50999-50000', '80-90', '50000-70000', '50000-50000']) {
      expect(problemsOf({ REENCODER_PORTS: bad }), bad).toContain('REENCODER_PORTS');
    }
    expect(problemsOf({ REENCODER_PORTS: '40007-40100' })).toContain('media ports 40000 to 40007');
  });

  test('a sidecar uses the values of the server beside it, or its own settings', () => {
    const beside = sidecar({ REENCODER: 'off' });
    expect(beside.redisUrl.reveal()).toMatch(
      /^unix:\/\/everroom-sidecar:[0-9a-f]{64}@\/srv\/everroom\/data\/run\/redis\.sock$/,
    );
    expect(beside.sidecarSecret.reveal()).toBe(neighbour.sidecarSecret);
    expect([beside.engine, beside.maxTracks, beside.name]).toEqual(['auto', null, 'box']);
    const { secretPaths } = sidecar({
      EVERROOM_DATA: '/srv/data',
      TLS_KEY: '/etc/key.pem',
      FILES_FOLDER: '/mnt/files',
    });
    const others = ['/srv/everroom/data/run', '/etc/key.pem', '/mnt/files'];
    expect(secretPaths).toEqual(['/srv/data', expect.stringMatching(/everroom\.env$/), ...others]);
    const alone = sidecar(
      { REDIS_URL: 'redis://r', SIDECAR_SECRET: LONG, REENCODER: 'ffmpeg', REENCODER_TRACKS: '3' },
      {},
    );
    expect([alone.redisUrl.reveal(), alone.sidecarSecret.reveal()]).toEqual(['redis://r', LONG]);
    expect([alone.engine, alone.maxTracks]).toEqual(['ffmpeg', 3]);
    expect(inspect(alone, { depth: 9 })).not.toContain(LONG);
  });

  test('a sidecar on a separate machine needs settings for Redis and the secret', () => {
    expect(() => sidecar({}, {})).toThrow(/REDIS_URL is not set[\s\S]*SIDECAR_SECRET is not set/);
  });

  test('media from a node on this machine goes over loopback, else to the network address', async () => {
    const { addressFor } = sidecar({});
    expect(await addressFor('http://192.168.1.5:3000')).toBe('127.0.0.1');
    expect(await addressFor('http://localhost:3000')).toBe('127.0.0.1');
    expect(await addressFor('http://[::1]:3000')).toBe('127.0.0.1');
    expect(await addressFor('https://203.0.113.7')).toBe('192.168.1.5');
    expect(await sidecar({ REENCODER_ADDRESS: 'fd00::2' }).addressFor('http://localhost')).toBe('fd00::2');
    expect(() => sidecar({ REENCODER_ADDRESS: 'box' })).toThrow('REENCODER_ADDRESS');
  });
});

describe('cluster', () => {
  const cluster = (env: Record<string, string>) => {
    const { internalUrl, mediaAddress } = parse(env).cluster;
    return [internalUrl, mediaAddress];
  };

  test('other nodes find this one by its network address, or by its host if it listens there alone', () => {
    expect(cluster({})).toEqual(['http://192.168.1.5:3000', '192.168.1.5']);
    expect(cluster({ HOST: '10.0.0.9', PORT: '80' })).toEqual(['http://10.0.0.9:80', '10.0.0.9']);
    expect(cluster({ HOST: 'fd00::1' })).toEqual(['http://[fd00::1]:3000', 'fd00::1']);
    expect(cluster({ TLS_CERT: 'cert.pem', TLS_KEY: 'key.pem' })[0]).toBe('https://192.168.1.5:3000');
  });

  test('a node that serves its machine alone says so', () => {
    expect(cluster({ HOST: '127.0.0.1' })).toEqual(['http://127.0.0.1:3000', '127.0.0.1']);
    expect(cluster({ ANNOUNCED_ADDRESS: '127.0.0.1' })).toEqual(['http://127.0.0.1:3000', '127.0.0.1']);
    expect(cluster({ ANNOUNCED_ADDRESS: '127.0.0.1, 203.0.113.7' })[0]).toBe('http://192.168.1.5:3000');
  });

  test('settings win; media go to the address in the URL, or to the network address if it has a name', () => {
    expect(cluster({ INTERNAL_URL: 'https://10.1.1.1/' })).toEqual(['https://10.1.1.1', '10.1.1.1']);
    expect(cluster({ INTERNAL_URL: 'http://a.internal:8000' })).toEqual(['http://a.internal:8000', '192.168.1.5']);
    expect(cluster({ INTERNAL_URL: 'http://a.internal', INTERNAL_MEDIA_ADDRESS: 'fd00::2' })[1]).toBe('fd00::2');
    expect(problemsOf({ INTERNAL_MEDIA_ADDRESS: 'box' })).toContain('INTERNAL_MEDIA_ADDRESS');
    expect(parse({ INTERNAL_MEDIA_PORTS: '52000-52999' }).media.pipes).toEqual({
      address: '192.168.1.5',
      ports: { min: 52_000, max: 52_999 },
    });
    expect(problemsOf({ INTERNAL_MEDIA_PORTS: '39000-40000' })).toContain('INTERNAL_MEDIA_PORTS 39000-40000');
    expect(parse({ REGION: 'eu-west' }).cluster.region).toBe('eu-west');
    expect(problemsOf({ REGION: 'EU (west)' })).toContain('REGION');
  });
});

test('every setting is described and shows its default', () => {
  for (const setting of describeSettings()) {
    expect(setting.description, setting.name).not.toBe('');
    expect(setting.shownDefault, setting.name).not.toBe('');
  }
});
