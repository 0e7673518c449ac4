import type { Readable } from 'node:stream';

/** Reads a stream by lengths. One read at a time. */
export class RecordReader {
  #wanted: { readonly into: Buffer; filled: number; resolve(): void } | null = null;
  #waiting: Buffer[] = [];

  /** Listens to the stream from now on, and holds what nobody has asked for yet: writers here only write what they are asked for. */
  constructor(stream: Readable) {
    stream.on('data', (chunk: Buffer) => {
      this.#waiting.push(chunk);
      this.#fill();
    });
  }

  /** Fills the buffer. Never settles when the stream ends before. */
  readInto(into: Buffer): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wanted = { into, filled: 0, resolve };
    this.#fill();
    return promise;
  }

  async read(bytes: number): Promise<Buffer> {
    const into = Buffer.allocUnsafe(bytes);
    await this.readInto(into);
    return into;
  }

  #fill(): void {
    const wanted = this.#wanted;
    if (wanted === null) return;
    while (wanted.filled < wanted.into.length) {
      const [chunk] = this.#waiting;
      if (chunk === undefined) return;
      const copied = chunk.copy(wanted.into, wanted.filled);
      wanted.filled += copied;
      if (copied === chunk.length) this.#waiting.shift();
      else this.#waiting[0] = chunk.subarray(copied);
    }
    this.#wanted = null;
    wanted.resolve();
  }
}
