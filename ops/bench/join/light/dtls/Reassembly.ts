import { ByteReader } from '../bytes.ts';
import { type HandshakeMessage, toMessage } from './messages.ts';

interface Parts {
  readonly type: number;
  readonly length: number;
  /** By where they begin. What is sent again is cut as before. */
  readonly fragments: Map<number, Buffer>;
}

/** Puts handshake messages together from their fragments and gives them in order, each once (RFC 6347 section 4.2). */
export class Reassembly {
  readonly #parts = new Map<number, Parts>();
  #next = 0;

  /** Takes the content of one record. Throws RangeError when it ends too early. */
  push(content: Buffer): HandshakeMessage[] {
    const reader = new ByteReader(content);
    while (!reader.done) {
      const [type, length, sequence, offset] = [reader.uint(1), reader.uint(3), reader.uint(2), reader.uint(3)];
      const fragment = reader.vector(3);
      if (sequence < this.#next) continue; // Sent again.
      const parts = this.#parts.get(sequence) ?? { type, length, fragments: new Map<number, Buffer>() };
      this.#parts.set(sequence, parts);
      parts.fragments.set(offset, fragment);
    }
    return this.#whole();
  }

  #whole(): HandshakeMessage[] {
    const messages: HandshakeMessage[] = [];
    for (;;) {
      const parts = this.#parts.get(this.#next);
      if (!parts) return messages;
      const fragments = [...parts.fragments].sort(([a], [b]) => a - b).map(([, fragment]) => fragment);
      const body = Buffer.concat(fragments);
      if (body.length < parts.length) return messages;
      messages.push(toMessage(parts.type, this.#next, body));
      this.#parts.delete(this.#next);
      this.#next += 1;
    }
  }
}
