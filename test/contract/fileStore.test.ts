import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFiles } from '../../ops/run/openFiles.ts';
import { Secret } from '../../ops/run/Secret.ts';
import { LocalFiles } from '../../recovery/files/LocalFiles.ts';
import { newPartKey, toPart } from '../../recovery/files/parts.ts';
import { S3Bucket } from '../../recovery/files/S3Bucket.ts';
import { S3Files } from '../../recovery/files/S3Files.ts';
import { S3Uploads } from '../../recovery/files/S3Uploads.ts';
import { S3_SERVER, S3Server } from '../support/S3Server.ts';
import { recordingLogger, silentLogger } from '../support/system.ts';
import { bytes, describeFileStore, Sender } from './fileStore.ts';

const MAX_BYTES = 10_000_000;

describeFileStore('a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'everroom-files-'));
  return {
    store: await LocalFiles.open(folder, MAX_BYTES),
    otherNode: await LocalFiles.open(folder, MAX_BYTES),
    close: () => rm(folder, { recursive: true }),
  };
});

describe(S3_SERVER, () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await S3Server.start();
  });
  afterAll(() => server.stop());

  const open = () => S3Files.open(server.config, MAX_BYTES, silentLogger);

  describeFileStore('a bucket', async () => ({ store: await open(), otherNode: await open(), close: async () => {} }));

  it('a bucket or a key that is wrong ends the start, and says what to do', async () => {
    const wrong = (change: Partial<S3Server['config']>) => {
      const s3 = {
        ...server.config,
        ...change,
        secretKey: new Secret((change.secretKey ?? server.config.secretKey).reveal()),
      };
      return openFiles({ kept: { s3 }, maxBytes: MAX_BYTES }, silentLogger);
    };
    await expect(wrong({ bucket: 'no-such-bucket' })).rejects.toThrow('FILES_S3_BUCKET no-such-bucket is not at http');
    await expect(wrong({ accessKey: 'nobody' })).rejects.toThrow('FILES_S3_ACCESS_KEY or FILES_S3_SECRET_KEY is not');
    await expect(wrong({ secretKey: { reveal: () => 'guessed' } })).rejects.toThrow('FILES_S3_SECRET_KEY is not');
  });

  it('a server that goes away refuses by name, is named once in the log without its secret, and serves on', async () => {
    const logger = recordingLogger();
    const store = await S3Files.open(server.config, MAX_BYTES, logger);
    const ann = new Sender();
    await ann.create(store, 10);
    await ann.send(store, 0, bytes(4));
    await server.kill();
    await expect(ann.send(store, 4, bytes(6))).rejects.toMatchObject({ what: 'files' });
    await expect(new Sender().create(store, 10)).rejects.toMatchObject({ what: 'files' });
    await expect(store.settle(ann)).rejects.toMatchObject({ what: 'files' });
    const started = await S3Files.open(server.config, MAX_BYTES, logger);
    await server.start();
    expect(await ann.offset(started)).toBe(4);
    expect(await ann.offset(store)).toBe(4);
    const [away, awayAtStart, back, backToo] = logger.lines;
    expect(logger.lines).toHaveLength(4);
    expect([away?.level, awayAtStart?.level, back?.level, backToo?.level]).toEqual(['error', 'error', 'info', 'info']);
    expect(away?.message).toContain('look at FILES_S3_ENDPOINT');
    expect(inspect(logger.lines, { depth: 10 })).not.toContain(server.config.secretKey.reveal());
  });

  it('what is settled stays as it is, whatever a late request still writes', async () => {
    const store = await open();
    const bucket = new S3Bucket(server.config, silentLogger);
    const ann = new Sender();
    const content = bytes(2_000);
    await ann.create(store, content.length);
    await ann.send(store, 0, content);
    await store.settle(ann);
    await bucket.put(newPartKey(`${ann.folder}/${ann.fileId}/`, 0, 3_000), new Uint8Array(3_000));
    await store.settle(ann);
    expect((await ann.give(store)).equals(content)).toBe(true);
  });

  it('what is written while its file is removed is found later', async () => {
    const store = await open();
    const ann = new Sender();
    await ann.create(store, 10);
    const bucket = new S3Bucket(server.config, silentLogger);
    await store.remove(ann);
    await bucket.put(newPartKey(`${ann.folder}/${ann.fileId}/`, 0, 5), bytes(5));
    expect(await store.find(ann)).toBeNull();
    expect(await store.list(ann.folder)).toMatchObject([{ fileId: ann.fileId }]);
    await store.remove(ann);
    expect(await store.list(ann.folder)).toEqual([]);
  });

  it('what came before a connection broke off is kept, however little it is', async () => {
    const bucket = new S3Bucket(server.config, silentLogger);
    async function* broken() {
      yield bytes(70_000);
      throw new Error('the connection broke off');
    }
    const stream = broken();
    await expect(new S3Uploads(bucket).write(stream, 'broken/file', 0)).rejects.toThrow('broke off');
    expect(toPart((await bucket.list('broken/'))[0]?.key ?? '')).toMatchObject({ begin: 0, end: 70_000 });
  });

  it('long lists come in pieces', async () => {
    const bucket = new S3Bucket(server.config, silentLogger, { listedAtOnce: 3 });
    const keys = Array.from({ length: 8 }, (_, index) => `long/${index}`);
    for (const key of keys) await bucket.put(key, new Uint8Array());
    expect((await bucket.list('long/')).map(({ key }) => key)).toEqual(keys);
    expect(await bucket.list('long/', 7)).toHaveLength(7);
    await bucket.delete(keys);
    expect(await bucket.list('long/')).toEqual([]);
  });
});
