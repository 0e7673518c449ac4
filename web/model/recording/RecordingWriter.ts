import { RECORDINGS_FOLDER } from './keptRecordings.ts';
import type { FromWorker, ToWorker } from './workerMessages.ts';

/** Writes one recording part by part, in a worker. */
export class RecordingWriter {
  /** Called after the time that `beatAfter` asked for, in hidden pages too. */
  onBeat: () => void = () => undefined;
  /** Called once it can write no more; what was written before is kept. `name` is that of the browser's error. */
  onFailed: (name: string) => void = () => undefined;
  /** On the disk. */
  bytes = 0;
  readonly #worker = new Worker(new URL('./recording.worker.ts', import.meta.url), { type: 'module' });
  readonly #closed = Promise.withResolvers<void>();
  #parts: Promise<void> = Promise.resolve();

  private constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#hear(data));
    this.#worker.addEventListener('error', () => this.onFailed('Error'));
  }

  /** @throws DOMException if this browser gives no place to write to */
  static async open(name: string): Promise<RecordingWriter> {
    const writer = new RecordingWriter();
    const opened = Promise.withResolvers<void>();
    writer.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'opened') opened.resolve();
      else if (data.type === 'failed') opened.reject(new DOMException('no place to write to', data.name));
    });
    writer.#worker.addEventListener('error', () => opened.reject(new DOMException('no worker', 'NotSupportedError')));
    writer.#tell({ type: 'open', folder: RECORDINGS_FOLDER, name });
    try {
      await opened.promise;
    } catch (error) {
      writer.#worker.terminate();
      throw error;
    }
    return writer;
  }

  /** One beat for each call: a page that is short of time is not flooded with them. */
  beatAfter(afterMs: number): void {
    this.#tell({ type: 'beat', afterMs });
  }

  /** Parts are written in the order of these calls. */
  write(part: Blob): void {
    this.#parts = this.#parts
      .then(async () => {
        const bytes = await part.arrayBuffer();
        this.#tell({ type: 'write', bytes }, [bytes]);
      })
      .catch(() => this.onFailed('NotReadableError'));
  }

  /** Resolves once all is written. */
  async close(): Promise<void> {
    await this.#parts;
    this.#tell({ type: 'close' });
    await this.#closed.promise;
    this.#worker.terminate();
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'beat':
        this.onBeat();
        return;
      case 'written':
        this.bytes = message.bytes;
        return;
      case 'failed':
        this.onFailed(message.name);
        return;
      case 'closed':
        this.#closed.resolve();
        return;
      case 'opened':
        return;
    }
  }

  #tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
