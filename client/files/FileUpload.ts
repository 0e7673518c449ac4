import { ErrorCode } from '../../signaling/protocol/errors.ts';
import { RequestRefused } from '../errors.ts';

/** What is used of tus-js-client. Its own types want those of Node, which an application in a browser does not have. */
interface Tus {
  readonly Upload: new (source: Blob, options: TusOptions) => TusUpload;
}

interface TusOptions {
  readonly endpoint: string;
  readonly uploadUrl: string | null;
  readonly chunkSize: number;
  readonly retryDelays: null;
  readonly storeFingerprintForResuming: boolean;
  readonly metadata: { readonly name: string };
  readonly headers: { readonly authorization: string };
  readonly onUploadUrlAvailable: () => void;
  readonly onProgress: (sentBytes: number) => void;
  readonly onSuccess: () => void;
  readonly onError: (error: unknown) => void;
}

interface TusUpload {
  readonly url: string | null;
  start(): void;
  abort(): Promise<void>;
}

/** What a browser's file has; in Node a `Blob` with a name does. */
export type FileContent = Blob & { readonly name: string };

/** Where and as whom files are sent now. */
export interface FileServer {
  /** Base URL of the node. */
  readonly url: string;
  readonly resumeToken: string;
  readonly chunkBytes: number;
}

interface SendOptions {
  readonly tus: Tus;
  readonly content: FileContent;
  readonly server: FileServer;
  /** The path that an earlier attempt got; undefined for a new file. */
  readonly path: string | undefined;
  readonly onPath: (path: string) => void;
  readonly onSent: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Node's: an application in a browser has no types of it. */
declare const Buffer: { from(bytes: ArrayBuffer): Uint8Array };

/** The server does not know the upload any more: it has to begin again. */
export class UploadForgotten extends Error {}

/** The attempt broke off; what the server has stays there. */
export class UploadInterrupted extends Error {}

/**
 * Sends a file, or what a former attempt left of it, by the tus protocol.
 * @throws RequestRefused when the server says no
 * @throws UploadForgotten, UploadInterrupted
 */
export async function sendFile({ tus, content, server, path, onPath, onSent, signal }: SendOptions): Promise<void> {
  // The library reads no blobs in Node.
  const source = typeof window === 'undefined' ? Buffer.from(await content.arrayBuffer()) : content;
  if (signal.aborted) throw new UploadInterrupted('the attempt was given up');
  await new Promise<void>((resolve, reject) => {
    const upload = new tus.Upload(source as Blob, {
      endpoint: `${server.url}/files`,
      uploadUrl: path === undefined ? null : `${server.url}${path}`,
      chunkSize: server.chunkBytes,
      // Whoever calls knows better when there is a server again.
      retryDelays: null,
      storeFingerprintForResuming: false,
      metadata: { name: content.name },
      headers: { authorization: `Bearer ${server.resumeToken}` },
      onUploadUrlAvailable: () => {
        if (upload.url) onPath(new URL(upload.url, server.url).pathname);
      },
      onProgress: (sent) => onSent(sent),
      onSuccess: () => resolve(),
      onError: (error) => reject(toFailure(error)),
    });
    signal.addEventListener('abort', () => {
      void upload.abort();
      reject(new UploadInterrupted('the attempt was given up'));
    });
    upload.start();
  });
}

/** Tells the server that nobody goes on with the upload. It would find out by itself in a day. */
export async function forgetUpload({ url, resumeToken }: FileServer, path: string): Promise<void> {
  await fetch(`${url}${path}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${resumeToken}`, 'tus-resumable': '1.0.0' },
  });
}

function toFailure(error: unknown): Error {
  const response = responseOf(error);
  if (response === null) return new UploadInterrupted('the connection broke off', { cause: error });
  const refusal = refusalIn(response.getBody());
  if (refusal) return refusal;
  const status = response.getStatus();
  if (status === 404 || status === 410) return new UploadForgotten('the upload is gone');
  if (status === 413)
    return new RequestRefused('TOO_LARGE', 'A proxy in front of the server takes no pieces this large.');
  if (status === 409 || status === 423 || status >= 500) return new UploadInterrupted(`the server answered ${status}`);
  return new RequestRefused('INVALID', `The server does not take this file (${status}).`);
}

function responseOf(error: unknown): { getStatus(): number; getBody(): string } | null {
  if (typeof error !== 'object' || error === null || !('originalResponse' in error)) return null;
  return error.originalResponse as { getStatus(): number; getBody(): string } | null;
}

function refusalIn(body: string): RequestRefused | null {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: unknown; message?: unknown } };
    const code = ErrorCode.safeParse(error?.code);
    return code.success ? new RequestRefused(code.data, String(error?.message)) : null;
  } catch {
    return null; // A proxy's page, or a word of the library on the other side.
  }
}
