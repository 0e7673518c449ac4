/** A number in so many bytes, highest first. */
export function uint(value: number, bytes: number): Buffer {
  const written = Buffer.alloc(bytes);
  written.writeUIntBE(value, 0, bytes);
  return written;
}

/** Content with its length before it, which takes so many bytes. */
export function vector(content: Buffer, lengthBytes: number): Buffer {
  return Buffer.concat([uint(content.length, lengthBytes), content]);
}

/** Reads from the beginning to the end. Throws RangeError when there is less than asked for. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  uint(bytes: number): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  /** Shares the memory of what is read. */
  take(bytes: number): Buffer {
    const end = this.#at + bytes;
    if (end > this.#bytes.length) throw new RangeError(`${end - this.#bytes.length} bytes are missing`);
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  vector(lengthBytes: number): Buffer {
    return this.take(this.uint(lengthBytes));
  }
}
