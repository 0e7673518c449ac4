/** Bytes of a stream, from when they come until they are taken as records. */
export class ByteQueue {
  #chunks: Buffer[] = [];
  #length = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The next bytes, which stay. Null: so many have not come yet. */
  peek(bytes: number): Buffer | null {
    if (this.#length < bytes) return null;
    const [first] = this.#chunks;
    if (first === undefined) return Buffer.alloc(0);
    if (first.length >= bytes) return first.subarray(0, bytes);
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined.subarray(0, bytes);
  }

  /** Null: so many have not come yet. What is given is the caller's. */
  take(bytes: number): Buffer | null {
    const taken = this.peek(bytes);
    if (taken === null) return null;
    this.#length -= bytes;
    const first = this.#chunks.shift();
    if (first !== undefined && first.length > bytes) this.#chunks.unshift(first.subarray(bytes));
    return taken;
  }
}
