/** Recordings in parts, in the browser's database: for browsers that give a page no files. */

const DATABASE = 'everroom.recordings';
const PARTS = 'parts';
const RECORDINGS = 'recordings';

/** A recording by what was written of it; changed together with each part. */
export interface Parted {
  readonly name: string;
  readonly bytes: number;
  /** When the last part was written, in ms since the epoch. */
  readonly writtenAt: number;
}

export class PartsWriter {
  readonly #database: IDBDatabase;
  readonly #name: string;
  #count = 0;
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(database: IDBDatabase, name: string) {
    this.#database = database;
    this.#name = name;
  }

  /** @throws DOMException if this browser has no database for pages */
  static async open(name: string): Promise<PartsWriter> {
    return new PartsWriter(await openDatabase(), name);
  }

  /**
   * Resolves with all bytes of the recording once this part is on the disk. A part that does not get there leaves no
   * trace, and none comes after it.
   * @throws DOMException QuotaExceededError
   */
  write(bytes: ArrayBuffer): Promise<number> {
    const written = this.#last.then(async () => {
      const transaction = this.#database.transaction([PARTS, RECORDINGS], 'readwrite', { durability: 'strict' });
      const total = this.#bytes + bytes.byteLength;
      transaction.objectStore(PARTS).add(bytes, [this.#name, this.#count]);
      transaction.objectStore(RECORDINGS).put({ name: this.#name, bytes: total, writtenAt: Date.now() });
      await done(transaction);
      this.#count += 1;
      this.#bytes = total;
      return total;
    });
    this.#last = written;
    // Whoever wrote the part hears of it.
    written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    this.#database.close();
  }
}

/** Returns nothing where there is no database, or nothing was ever recorded in it. */
export async function listParted(): Promise<readonly Parted[]> {
  return (
    (await withDatabase((database) => answer(database.transaction(RECORDINGS).objectStore(RECORDINGS).getAll()))) ?? []
  );
}

/** Returns null if there is none of this name. */
export async function openParted(name: string): Promise<File | null> {
  const found = (await listParted()).find((recording) => recording.name === name);
  if (!found) return null;
  const parts: Blob[] = [];
  await withDatabase((database) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const request = database.transaction(PARTS).objectStore(PARTS).openCursor(partsOf(name));
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) return resolve();
      // The browser keeps blobs outside of the page's memory.
      parts.push(new Blob([cursor.value]));
      cursor.continue();
    };
    return promise;
  });
  return new File(parts, name, { lastModified: found.writtenAt });
}

export async function removeParted(name: string): Promise<void> {
  await withDatabase((database) => {
    const transaction = database.transaction([PARTS, RECORDINGS], 'readwrite');
    transaction.objectStore(PARTS).delete(partsOf(name));
    transaction.objectStore(RECORDINGS).delete(name);
    return done(transaction);
  });
}

function partsOf(name: string): IDBKeyRange {
  return IDBKeyRange.bound([name], [name, []]);
}

/** Does nothing where nothing was ever recorded in parts: returns null then. */
async function withDatabase<Result>(use: (database: IDBDatabase) => Promise<Result>): Promise<Result | null> {
  if (!(await databaseMayExist())) return null;
  const database = await openDatabase();
  try {
    return await use(database);
  } finally {
    database.close();
  }
}

async function databaseMayExist(): Promise<boolean> {
  if (!('indexedDB' in globalThis)) return false;
  // Firefox before 126.
  if (!('databases' in indexedDB)) return true;
  try {
    return (await indexedDB.databases()).some(({ name }) => name === DATABASE);
  } catch {
    return false; // Storage is forbidden to this page.
  }
}

async function openDatabase(): Promise<IDBDatabase> {
  if (!('indexedDB' in globalThis)) throw new DOMException('no database', 'NotSupportedError');
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(PARTS);
    request.result.createObjectStore(RECORDINGS, { keyPath: 'name' });
  };
  return answer(request);
}

function answer<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
