/** Where a file is: the files of one life of a room share a folder. */
export interface FilePlace {
  readonly folder: string;
  readonly fileId: string;
}

/** A file as it was announced, and how much of it is there. */
export interface StoredFile {
  /** The participant who sends it. */
  readonly owner: string;
  readonly name: string;
  readonly bytes: number;
  readonly receivedBytes: number;
}

/** Who sends an upload, and what they may. */
export interface Uploader {
  readonly folder: string;
  /** Null for a new file. */
  readonly fileId: string | null;
  readonly owner: string;
  /** Called before a new file is begun; what it throws is the answer. */
  admit(fileId: string, bytes: number): Promise<void>;
}

/** An answer that an `Uploader` throws. */
export class UploadRefused extends Error {
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(body);
    this.name = 'UploadRefused';
    this.status = status;
    this.body = body;
  }
}

/**
 * The content of files. What it holds of an upload survives the death of every process, and another node that has the
 * same files goes on with it. Requests throw Unavailable ('files') when a store elsewhere does not serve.
 */
export interface FileStore {
  /** The same at every node that has the same files. */
  readonly id: string;
  /** How many bytes clients best send in one request. */
  readonly chunkBytes: number;
  /** Answers a request of the tus protocol (resumable uploads) other than OPTIONS. */
  upload(request: Request, by: Uploader): Promise<Response>;
  /** Returns null if there is no such file. */
  find(place: FilePlace): Promise<StoredFile | null>;
  /** The content, from the beginning. The caller ends the iteration, or reads to the end. */
  read(place: FilePlace): AsyncIterable<Uint8Array>;
  /** Resolves when the content survives a loss of power. It is called for whole files. */
  settle(place: FilePlace): Promise<void>;
  /** Does nothing if there is no such file. */
  remove(place: FilePlace): Promise<void>;
  removeFolder(folder: string): Promise<void>;
  /** The folders that have files, and whatever else stands where they do. */
  folders(): Promise<readonly string[]>;
  /** The files of a folder, whole or not, with the time when they were begun (ms since the epoch). */
  list(folder: string): Promise<readonly { readonly fileId: string; readonly begunAt: number }[]>;
  /** How many bytes there is space for, with some left for everything else; Infinity if the store does not know. */
  freeBytes(): Promise<number>;
}
