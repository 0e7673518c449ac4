import { PartsWriter } from './recordedParts.ts';
import type { FromWorker, ToWorker } from './workerMessages.ts';

/**
 * Writes a recording to the browser's part of the disk, or in parts to its database where it gives no files, and beats
 * time for its pictures: in a hidden page a worker's timers are not slowed down. What was flushed is there after any
 * crash.
 */

/** Of workers alone, which the types of pages lack. */
interface WritableFile {
  write(bytes: ArrayBuffer, options: { readonly at: number }): number;
  flush(): void;
  truncate(size: number): void;
  close(): void;
}

let file: WritableFile | null = null;
let parts: PartsWriter | null = null;
let written = 0;
let beat: ReturnType<typeof setTimeout> | undefined;

const tell = (message: FromWorker) => self.postMessage(message);

async function open(folder: string, name: string): Promise<void> {
  try {
    file = await openFile(folder, name);
  } catch (error) {
    console.warn('the recording is written in parts', error);
    parts = await PartsWriter.open(name);
  }
}

async function openFile(folder: string, name: string): Promise<WritableFile> {
  const root = await navigator.storage.getDirectory();
  const handle = await (await root.getDirectoryHandle(folder, { create: true })).getFileHandle(name, { create: true });
  if (!('createSyncAccessHandle' in handle)) throw new DOMException('no access to files', 'NotSupportedError');
  return (handle.createSyncAccessHandle as () => Promise<WritableFile>).call(handle);
}

function writeTo(file: WritableFile, bytes: ArrayBuffer): number {
  let done = 0;
  try {
    done = file.write(bytes, { at: written });
    file.flush();
  } catch (cause) {
    // Half a part would be read as the beginning of the next one.
    file.truncate(written);
    throw cause;
  }
  if (done < bytes.byteLength) {
    file.truncate(written);
    throw new DOMException('the part is cut off', 'QuotaExceededError');
  }
  written += done;
  return written;
}

async function handle(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'open':
      await open(message.folder, message.name);
      tell({ type: 'opened' });
      return;
    case 'beat':
      beat = setTimeout(() => tell({ type: 'beat' }), message.afterMs);
      return;
    case 'write':
      if (file) tell({ type: 'written', bytes: writeTo(file, message.bytes) });
      else if (parts) tell({ type: 'written', bytes: await parts.write(message.bytes) });
      return;
    case 'close':
      clearTimeout(beat);
      file?.close();
      await parts?.close();
      file = null;
      parts = null;
      tell({ type: 'closed' });
      return;
  }
}

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  handle(data).catch((error: unknown) => {
    const name = error instanceof DOMException ? error.name : String(error);
    tell({ type: 'failed', name });
  });
});
