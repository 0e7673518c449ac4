import type { FileLimits } from '../../signaling/protocol/shapes.ts';
import type { CommandQueue } from '../connection/CommandQueue.ts';
import type { Link } from '../connection/Link.ts';
import { pause } from '../connection/pause.ts';
import { CommandTimedOut, ConnectionLost, isTransient, RequestRefused } from '../errors.ts';
import {
  type FileContent,
  type FileServer,
  forgetUpload,
  sendFile,
  UploadForgotten,
  UploadInterrupted,
} from './FileUpload.ts';

/** A file on its way to the room. Immutable: the list of uploads is new at each change. */
export interface FileUpload {
  /** The id of its message, once the room has it. */
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly sentBytes: number;
  /** `waiting`: there is no server now; it goes on by itself. */
  readonly state: 'sending' | 'waiting' | 'failed';
  /** Why it failed. */
  readonly error: Error | undefined;
}

export interface SendOptions {
  /** A small JPEG of a picture, as base64 (at most 4,096 characters). */
  readonly preview?: string;
}

interface Work {
  readonly content: FileContent;
  readonly preview: string | undefined;
  /** The path of the upload on the server. */
  path: string | undefined;
  commandId: string;
  attempt: AbortController;
}

const RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;
/** An upload that gets nowhere so often, while the room is connected, has failed. */
const MOST_ATTEMPTS = 12;

/**
 * The files of a room. What is sent goes on by itself after a lost connection and a server's death, from the byte that
 * the server has; in the end the room posts it as a message.
 */
export class RoomFiles {
  readonly #commands: CommandQueue;
  readonly #newId: () => string;
  readonly #changed: () => void;
  readonly #work = new Map<string, Work>();
  #uploads: readonly FileUpload[] = [];
  #limits: FileLimits | null = null;
  #link: Link | undefined;
  #server: FileServer | undefined;
  #wake = new Set<() => void>();
  #closed = false;

  constructor(commands: CommandQueue, newId: () => string, changed: () => void) {
    this.#commands = commands;
    this.#newId = newId;
    this.#changed = changed;
  }

  /** What may be shared; null where nothing may. */
  get limits(): FileLimits | null {
    return this.#limits;
  }

  /** The oldest first. */
  get uploads(): readonly FileUpload[] {
    return this.#uploads;
  }

  /**
   * Begins to send a file, and returns the id of the message that it becomes.
   * @throws RequestRefused when the server would not take it, for its size or at all
   */
  send(content: FileContent, { preview }: SendOptions = {}): string {
    if (!this.#limits) throw new RequestRefused('FORBIDDEN', 'No files are shared here.');
    if (content.size > this.#limits.maxBytes) {
      throw new RequestRefused('TOO_LARGE', `A file may have at most ${this.#limits.maxBytes} bytes.`);
    }
    const id = this.#newId();
    this.#work.set(id, { content, preview, path: undefined, commandId: this.#newId(), attempt: new AbortController() });
    const { name, size: bytes } = content;
    this.#uploads = [...this.#uploads, { id, name, bytes, sentBytes: 0, state: 'sending', error: undefined }];
    this.#changed();
    void this.#run(id);
    return id;
  }

  /** Goes on with a failed upload. */
  retry(id: string): void {
    const work = this.#work.get(id);
    if (!work || this.#uploads.find((upload) => upload.id === id)?.state !== 'failed') return;
    work.commandId = this.#newId();
    void this.#run(id);
  }

  /** Gives an upload up, or forgets a failed one. One that the room has already is a message: delete that. */
  cancel(id: string): void {
    const work = this.#work.get(id);
    if (!work) return;
    this.#forget(id);
    work.attempt.abort();
    if (work.path === undefined || this.#server === undefined) return;
    forgetUpload(this.#server, work.path).catch(() => undefined); // The server finds out by itself.
  }

  /**
   * Returns an address at which the file can be read for a minute, as an attachment. Do not keep it.
   * @throws RequestRefused when the room does not have the file (FILE_NOT_FOUND)
   * @throws ConnectionLost when there is no connection
   */
  async link(fileId: string): Promise<string> {
    const link = this.#link;
    if (!link) throw new ConnectionLost('there is no connection now');
    const { url } = await link.request('fileLink', { fileId });
    return new URL(url, link.url).href;
  }

  /** Called with every session. */
  connected(link: Link, resumeToken: string, limits: FileLimits | null): void {
    this.#link = link;
    this.#limits = limits;
    this.#server = limits ? { url: link.url, resumeToken, chunkBytes: limits.chunkBytes } : undefined;
    for (const wake of [...this.#wake]) wake();
  }

  lost(): void {
    this.#link = undefined;
    this.#server = undefined;
    for (const [id, work] of this.#work) {
      work.attempt.abort();
      if (this.#stateOf(id) === 'sending') this.#change(id, { state: 'waiting' });
    }
  }

  close(): void {
    this.#closed = true;
    this.lost();
    this.#work.clear();
    for (const wake of [...this.#wake]) wake();
  }

  async #run(id: string): Promise<void> {
    let failures = 0;
    for (;;) {
      const server = await this.#connection();
      const work = this.#work.get(id);
      if (!work || !server) return;
      const sentBefore = this.#sentBytes(id);
      this.#change(id, { state: 'sending', error: undefined });
      try {
        await this.#attempt(id, work, server);
        this.#forget(id);
        return;
      } catch (error) {
        if (!this.#work.has(id) || this.#closed) return;
        if (this.#sentBytes(id) > sentBefore) failures = 0;
        // A way that is gone with the connection is no failure of the file.
        if (this.#server === server) failures += 1;
        if (error instanceof UploadForgotten || isGone(error)) {
          work.path = undefined;
          this.#change(id, { sentBytes: 0 });
        } else if (!mayPass(error)) failures = MOST_ATTEMPTS;
        if (failures >= MOST_ATTEMPTS) {
          this.#change(id, { state: 'failed', error: error as Error });
          return;
        }
        await pause(Math.min(RETRY_MS * 2 ** failures, LONGEST_RETRY_MS));
      }
    }
  }

  async #attempt(id: string, work: Work, server: FileServer): Promise<void> {
    work.attempt = new AbortController();
    const { content, preview, attempt } = work;
    const tus = await import('tus-js-client');
    await sendFile({
      ...{ tus, content, server, path: work.path, signal: attempt.signal },
      onPath: (path) => {
        work.path = path;
      },
      onSent: (sentBytes) => {
        if (!attempt.signal.aborted) this.#change(id, { sentBytes });
      },
    });
    const fileId = work.path?.split('/').at(-1);
    if (fileId === undefined) throw new UploadForgotten('the server gave the upload no address');
    const body = { messageId: id, fileId, ...(preview !== undefined && { preview }) };
    await this.#commands.send('shareFile', body, work.commandId);
  }

  /** Resolves when there is a server; undefined once the stay is over. */
  async #connection(): Promise<FileServer | undefined> {
    while (!this.#server && !this.#closed) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#wake.delete(wake);
          resolve();
        };
        this.#wake.add(wake);
      });
    }
    return this.#server;
  }

  #stateOf(id: string): FileUpload['state'] | undefined {
    return this.#uploads.find((upload) => upload.id === id)?.state;
  }

  #sentBytes(id: string): number {
    return this.#uploads.find((upload) => upload.id === id)?.sentBytes ?? 0;
  }

  #forget(id: string): void {
    this.#work.delete(id);
    this.#uploads = this.#uploads.filter((upload) => upload.id !== id);
    this.#changed();
  }

  #change(id: string, change: Partial<FileUpload>): void {
    this.#uploads = this.#uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload));
    this.#changed();
  }
}

/** The node that the client is at now does not have the file: another one has. */
function isGone(error: unknown): boolean {
  return error instanceof RequestRefused && error.code === 'FILE_NOT_FOUND';
}

function mayPass(error: unknown): boolean {
  return error instanceof UploadInterrupted || error instanceof CommandTimedOut || isTransient(error);
}
