import { WireRefusal } from '../requests/WireRefusal.ts';
import { BodyAborted } from './http.ts';

/** How much of a body that is read as it comes waits in memory. */
const WAITING_BYTES = 256 << 10;

interface Source {
  pause(): void;
  resume(): void;
}

/**
 * The body of a request, which the engine pushes. It is read whole, or as a stream, which makes the client wait for the
 * reader. Before it is read, as many bytes are kept as a body may have that is read whole.
 */
export class IncomingBody {
  readonly #maxBytes: number;
  readonly #source: Source;
  #mode: 'waiting' | 'whole' | 'streamed' | 'dropped' = 'waiting';
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #paused = false;
  #ended = false;
  #error: Error | null = null;
  #settle: (() => void) | null = null;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(maxBytes: number, source: Source) {
    this.#maxBytes = maxBytes;
    this.#source = source;
  }

  /** The chunk is the body's from now on. */
  push(chunk: Uint8Array): void {
    if (this.#mode === 'dropped') return;
    if (this.#controller) {
      this.#controller.enqueue(chunk);
      if ((this.#controller.desiredSize ?? 0) <= 0) this.#pause();
      return;
    }
    this.#bytes += chunk.byteLength;
    this.#chunks.push(chunk);
    if (this.#bytes <= this.#maxBytes) return;
    if (this.#mode === 'waiting') this.#pause();
    else this.#settle?.();
  }

  end(): void {
    this.#ended = true;
    if (this.#mode === 'streamed') this.#controller?.close();
    this.#settle?.();
  }

  /** The client went away. */
  abort(): void {
    if (this.#ended || this.#error) return;
    this.#error = new BodyAborted();
    if (this.#mode === 'streamed') this.#controller?.error(this.#error);
    this.#settle?.();
  }

  /** Nobody reads the rest. */
  drop(): void {
    this.#mode = 'dropped';
    this.#chunks = [];
    this.#resume();
  }

  /** @throws WireRefusal (TOO_LARGE), BodyAborted */
  async whole(): Promise<Buffer> {
    this.#mode = 'whole';
    const isOver = () => this.#ended || this.#error !== null || this.#bytes > this.#maxBytes;
    if (!isOver()) {
      await new Promise<void>((resolve) => {
        this.#settle = resolve;
      });
    }
    const body = Buffer.concat(this.#chunks);
    if (this.#bytes > this.#maxBytes) {
      this.drop();
      throw new WireRefusal('TOO_LARGE', `A request may have at most ${this.#maxBytes} bytes.`);
    }
    if (this.#error) throw this.#error;
    return body;
  }

  stream(): ReadableStream<Uint8Array> {
    this.#mode = 'streamed';
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          for (const chunk of this.#chunks.splice(0)) controller.enqueue(chunk);
          if (this.#error) controller.error(this.#error);
          else if (this.#ended) controller.close();
        },
        pull: () => this.#resume(),
        cancel: () => {
          this.#controller = null;
          this.drop();
        },
      },
      { highWaterMark: WAITING_BYTES, size: (chunk) => chunk.byteLength },
    );
  }

  #pause(): void {
    if (this.#paused || this.#ended || this.#error) return;
    this.#paused = true;
    this.#source.pause();
  }

  #resume(): void {
    if (!this.#paused || this.#error) return;
    this.#paused = false;
    this.#source.resume();
  }
}
