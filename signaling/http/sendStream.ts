import type * as uws from 'uWebSockets.js';
import type { HttpReply, StreamedBody } from './http.ts';
import { statusLine } from './statusLine.ts';

/**
 * Sends a body of known size over uWebSockets.js as it is read, no faster than the client takes it. Resolves when it is
 * sent, the client is gone (`gone`), or the source failed, which cuts the connection.
 */
export async function sendStream(
  res: uws.HttpResponse,
  { status, headers }: HttpReply,
  { bytes, open }: StreamedBody,
  gone: AbortSignal,
): Promise<void> {
  res.cork(() => {
    res.writeStatus(statusLine(status));
    for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value);
    if (bytes === 0) res.endWithoutBody(0);
  });
  if (bytes === 0) return;
  try {
    for await (const chunk of open()) {
      if (gone.aborted || (await sendChunk(res, chunk, bytes, gone))) return;
    }
  } catch {
    // The answer has begun: only its end can tell the client.
  }
  if (!gone.aborted) res.close();
}

/** Resolves when there is space for the next chunk, or the client is gone; true if nothing is left to send. */
function sendChunk(res: uws.HttpResponse, chunk: Uint8Array, total: number, gone: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const leave = () => resolve(true);
    const end = (isDone: boolean) => {
      gone.removeEventListener('abort', leave);
      resolve(isDone);
    };
    gone.addEventListener('abort', leave, { once: true });
    res.cork(() => {
      const start = res.getWriteOffset();
      const [isSent, isDone] = res.tryEnd(chunk, total);
      if (isSent || isDone) {
        end(isDone);
        return;
      }
      res.onWritable((offset) => {
        const [restIsSent, allIsDone] = res.tryEnd(chunk.subarray(offset - start), total);
        if (restIsSent || allIsDone) end(allIsDone);
        return restIsSent;
      });
    });
  });
}
