import { fileTypeFromBuffer } from 'file-type';

const HEAD_BYTES = 64 << 10;

/** Returns the media type that the first bytes of a file show, whatever its name says. */
export async function typeOfFile(content: AsyncIterable<Uint8Array>): Promise<string> {
  const head = await headOf(content);
  // It also tells parameters, such as codecs.
  const known = (await fileTypeFromBuffer(head))?.mime.split(';', 1)[0]?.trim();
  return known ?? (isText(head) ? 'text/plain' : 'application/octet-stream');
}

/** Returns whether a list such as `image/*, application/pdf` has the type. */
export function isAllowed(mediaType: string, types: readonly string[]): boolean {
  return types.some(
    (type) => type === '*/*' || type === mediaType || (type.endsWith('/*') && mediaType.startsWith(type.slice(0, -1))),
  );
}

async function headOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= HEAD_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    // A character may be cut in two at the end.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
