import { randomUUID } from 'node:crypto';
import { type DataStore, Server } from '@tus/server';
import { type FilePlace, type StoredFile, type Uploader, UploadRefused } from '../../core/files/FileStore.ts';
import { toFileName } from '../../core/room/rules/input.ts';

const FILE_ID = /^[0-9a-f-]{36}$/;

/** The tus protocol over one of its stores. Each request says who asks and what they may do. */
export class TusUploads {
  readonly #store: DataStore;
  readonly #server: Server;
  /** tus hands the request on to its hooks. */
  readonly #uploaders = new WeakMap<object, Uploader>();
  /** What went wrong in the world, by the request. */
  readonly #failures = new WeakMap<object, unknown>();

  constructor(store: DataStore, maxBytes: number) {
    this.#store = store;
    // The size is known before the first byte: a quota can be kept.
    store.extensions = ['creation', 'termination'];
    this.#server = new Server({
      path: '/files',
      datastore: store,
      maxSize: maxBytes,
      // What is shared goes with its message.
      disableTerminationForFinishedUploads: true,
      namingFunction: (request) => `${this.#uploader(request).folder}/${randomUUID()}`,
      generateUrl: (_, { id }) => `/files/${id.split('/')[1]}`,
      getFileIdFromRequest: (request) => {
        const { folder, fileId } = this.#uploader(request);
        return fileId === null || !FILE_ID.test(fileId) ? undefined : `${folder}/${fileId}`;
      },
      onIncomingRequest: async (request, id) => {
        if (request.method === 'POST') return;
        const upload = await store.getUpload(id);
        if (upload.metadata?.owner !== this.#uploader(request).owner) throw { status_code: 404, body: 'Not found\n' };
      },
      onUploadCreate: async (request, { id, size, metadata }) => {
        const uploader = this.#uploader(request);
        if (size === undefined) throw { status_code: 400, body: 'The size must be known.\n' };
        await uploader.admit(id.split('/')[1] ?? '', size).catch((error: unknown) => {
          throw error instanceof UploadRefused ? { status_code: error.status, body: error.body } : error;
        });
        return { metadata: { name: toFileName(metadata?.name ?? ''), owner: uploader.owner } };
      },
      onResponseError: (request, error) => {
        if (!('status_code' in error)) this.#failures.set(request, error);
        return undefined;
      },
    });
  }

  /** Answers a request of the protocol, or throws what the store or the uploader threw. */
  async answer(request: Request, by: Uploader): Promise<Response> {
    this.#uploaders.set(request, by);
    const answer = await this.#server.handleWeb(request);
    const failure = this.#failures.get(request);
    if (failure !== undefined) throw failure;
    return answer;
  }

  /** Returns null if there is no such file. */
  async find({ folder, fileId }: FilePlace): Promise<StoredFile | null> {
    if (!FILE_ID.test(fileId)) return null;
    try {
      const { metadata, offset, size } = await this.#store.getUpload(`${folder}/${fileId}`);
      if (size === undefined) return null;
      return { owner: metadata?.owner ?? '', name: metadata?.name ?? '', bytes: size, receivedBytes: offset };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Does nothing if there is no such file. */
  async remove({ folder, fileId }: FilePlace): Promise<void> {
    if (!FILE_ID.test(fileId)) return;
    try {
      await this.#store.remove(`${folder}/${fileId}`);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  #uploader(request: object): Uploader {
    const uploader = this.#uploaders.get(request);
    if (!uploader) throw new Error('tus asks about a request that it was not given');
    return uploader;
  }
}

/** tus throws objects with a status: 404 for what never was, 410 for what is gone. */
function isMissing(error: unknown): boolean {
  const { status_code } = (error ?? {}) as { readonly status_code?: unknown };
  return status_code === 404 || status_code === 410;
}
