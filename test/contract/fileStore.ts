import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileStore, type StoredFile, type Uploader, UploadRefused } from '../../core/files/FileStore.ts';

export interface FilesUnderTest {
  /** Two nodes' stores on the same files. */
  readonly store: FileStore;
  readonly otherNode: FileStore;
  close(): Promise<void>;
}

const TUS = { 'tus-resumable': '1.0.0' };

/** Somebody who sends one file to a folder. */
export class Sender {
  readonly folder: string;
  readonly owner: string;
  fileId = '';

  constructor(folder = randomUUID().replaceAll('-', ''), owner = 'ann') {
    this.folder = folder;
    this.owner = owner;
  }

  async create(store: FileStore, bytes: number, admit = async () => {}): Promise<Response> {
    const metadata = `name ${Buffer.from('plan.txt').toString('base64')}`;
    const headers = { ...TUS, 'upload-length': String(bytes), 'upload-metadata': metadata };
    const answer = await this.#ask(store, { method: 'POST', headers }, admit);
    this.fileId = answer.headers.get('location')?.split('/').at(-1) ?? '';
    return answer;
  }

  /** Returns the offset that the store tells. */
  async offset(store: FileStore): Promise<number> {
    const answer = await this.#ask(store, { method: 'HEAD', headers: TUS });
    return Number(answer.headers.get('upload-offset'));
  }

  async send(store: FileStore, at: number, body: Uint8Array<ArrayBuffer> | ReadableStream): Promise<number> {
    const headers = { ...TUS, 'upload-offset': String(at), 'content-type': 'application/offset+octet-stream' };
    const init = { method: 'PATCH', headers, body, duplex: 'half' as const };
    return (await this.#ask(store, init)).status;
  }

  async give(store: FileStore): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of store.read(this)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  #ask(store: FileStore, init: RequestInit, admit = async () => {}): Promise<Response> {
    const { folder, owner } = this;
    const fileId = this.fileId || null;
    const by: Uploader = { folder, fileId, owner, admit };
    return store.upload(new Request(`http://files.invalid/files${fileId ? `/${fileId}` : ''}`, init), by);
  }
}

/** Bytes that differ from place to place. */
export function bytes(count: number): Uint8Array<ArrayBuffer> {
  const content = new Uint32Array(Math.ceil(count / 4)).map((_, index) => index);
  return new Uint8Array(content.buffer, 0, count);
}

/** What every store of files promises. */
export function describeFileStore(name: string, open: () => Promise<FilesUnderTest>): void {
  describe(`files: ${name}`, () => {
    let files: FilesUnderTest;
    beforeAll(async () => {
      files = await open();
    });
    afterAll(() => files.close());

    it('a file that came in pieces is read as it was, at every node', async () => {
      const { store, otherNode } = files;
      const content = bytes(2_500_000);
      const ann = new Sender();
      expect((await ann.create(store, content.length)).status).toBe(201);
      for (const [at, end] of [
        [0, 1_000_000] as const,
        [1_000_000, 1_000_001] as const,
        [1_000_001, 2_500_000] as const,
      ])
        expect(await ann.send(store, at, content.slice(at, end))).toBe(204);
      const about: StoredFile = {
        owner: 'ann',
        name: 'plan.txt',
        bytes: content.length,
        receivedBytes: content.length,
      };
      expect(await otherNode.find(ann)).toEqual(about);
      await store.settle(ann);
      expect((await ann.give(otherNode)).equals(content)).toBe(true);
      expect(otherNode.id).toBe(store.id);
    });

    it('an upload goes on at another node, from the byte that is there', async () => {
      const { store, otherNode } = files;
      const content = bytes(1_800_000);
      const ann = new Sender();
      await ann.create(store, content.length);
      await ann.send(store, 0, content.slice(0, 700_000));
      expect(await ann.offset(otherNode)).toBe(700_000);
      expect(await ann.send(otherNode, 0, content.slice(0, 100))).toBe(409);
      expect(await ann.send(otherNode, 700_000, content.slice(700_000))).toBe(204);
      await otherNode.settle(ann);
      expect((await ann.give(store)).equals(content)).toBe(true);
    });

    it('two nodes that write the same upload at the same time do no harm', async () => {
      const { store, otherNode } = files;
      const content = bytes(1_500_000);
      const ann = new Sender();
      await ann.create(store, content.length);
      // The first store begins to write before the other one, and ends after it.
      const begun = Promise.withResolvers<ReadableStreamDefaultController>();
      const late = ann.send(store, 0, new ReadableStream({ pull: begun.resolve }, { highWaterMark: 0 }));
      const rest = await begun.promise;
      expect(await ann.send(otherNode, 0, content.slice(0, 1_200_000))).toBe(204);
      rest.enqueue(content.slice(0, 300_000));
      rest.close();
      await late;
      expect(await ann.offset(store)).toBe(1_200_000);
      await ann.send(otherNode, 1_200_000, content.slice(1_200_000));
      await store.settle(ann);
      expect((await ann.give(store)).equals(content)).toBe(true);
    });

    it('an empty file is a file', async () => {
      const ann = new Sender();
      await ann.create(files.store, 0);
      expect(await files.otherNode.find(ann)).toMatchObject({ bytes: 0, receivedBytes: 0 });
      await files.store.settle(ann);
      expect(await ann.give(files.otherNode)).toHaveLength(0);
    });

    it('what is refused is not kept, and nobody touches the upload of somebody else', async () => {
      const { store } = files;
      const ann = new Sender();
      const refuse = async (): Promise<never> => {
        throw new UploadRefused(409, 'full');
      };
      const refused = await ann.create(store, 5, refuse);
      expect([refused.status, await refused.text()]).toEqual([409, 'full']);
      expect(await store.list(ann.folder)).toEqual([]);
      await expect(ann.create(store, 5, () => Promise.reject(new Error('away')))).rejects.toThrow('away');

      await ann.create(store, 5);
      const bob = Object.assign(new Sender(ann.folder, 'bob'), { fileId: ann.fileId });
      expect(await bob.send(store, 0, bytes(5))).toBe(404);
    });

    it('what is removed is gone, a file or a whole folder', async () => {
      const { store, otherNode } = files;
      const [ann, bob] = [new Sender(), new Sender()];
      const another = new Sender(ann.folder);
      for (const sender of [ann, another, bob]) {
        await sender.create(store, 10);
        await sender.send(store, 0, bytes(4));
      }
      const before = (await otherNode.list(ann.folder)).map(({ fileId }) => fileId);
      expect(before.toSorted()).toEqual([ann.fileId, another.fileId].toSorted());
      const [{ begunAt } = { begunAt: 0 }] = await otherNode.list(ann.folder);
      expect(Math.abs(Date.now() - begunAt)).toBeLessThan(3_600_000);

      expect(await otherNode.folders()).toEqual(expect.arrayContaining([ann.folder, bob.folder]));
      await otherNode.remove(ann);
      await otherNode.remove(ann);
      expect(await store.find(ann)).toBeNull();
      expect(await store.list(ann.folder)).toMatchObject([{ fileId: another.fileId }]);
      await otherNode.removeFolder(ann.folder);
      await otherNode.removeFolder(ann.folder);
      expect(await store.list(ann.folder)).toEqual([]);
      expect(await store.folders()).not.toContain(ann.folder);
      expect(await store.find(bob)).not.toBeNull();
    });
  });
}
